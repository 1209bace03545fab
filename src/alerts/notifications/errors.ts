import { SundayError } from '../../errors.ts';

export class NotificationChannelNotFoundError extends SundayError {
  readonly code = 'NOTIFICATION_CHANNEL_NOT_FOUND';
  override readonly hint = 'List the channels to see their names.';
  override readonly argument = ['input', 'name'];
  constructor(name: string) {
    super(`there is no notification channel ${name}`);
  }
}

export class NotificationChannelInvalidError extends SundayError {
  readonly code = 'NOTIFICATION_CHANNEL_INVALID';
  override readonly argument: readonly string[];
  constructor(field: string, problem: string) {
    super(`${field}: ${problem}`);
    this.argument = ['input', field];
  }
}

/** No delivery of that id is on the dead-letter list. */
export class NotificationDeliveryNotFoundError extends SundayError {
  readonly code = 'NOTIFICATION_DELIVERY_NOT_FOUND';
  override readonly hint = 'Only one that is DEAD can be tried again; list those to see their ids.';
  override readonly argument = ['input', 'id'];
  constructor(id: string) {
    super(`no dead letter has the id ${id}`);
  }
}
