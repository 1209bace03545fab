FROM scratch
ADD root.tar /
COPY entrypoint /usr/local/bin/entrypoint
ENV PATH=/usr/lib/postgresql/15/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
ENV LANG=C.UTF-8 PGDATA=/var/lib/postgresql/data
ENTRYPOINT ["entrypoint"]
# Fast shutdown: SIGTERM would wait for clients.
STOPSIGNAL SIGINT
EXPOSE 5432
CMD ["postgres"]
