FROM scratch
ADD root.tar /
COPY entrypoint /usr/local/bin/entrypoint
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8
WORKDIR /var/lib/redis
ENTRYPOINT ["entrypoint"]
EXPOSE 6379
CMD ["redis-server"]
