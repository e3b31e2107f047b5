using OrleansUploads.Core.Jobs;

namespace OrleansUploads.Engine.Ports;

/// <summary>Sends notifications about finished jobs to the receivers of a topic.</summary>
public interface INotifier
{
    /// <summary>Sends a notification once. Completes immediately if the topic has no receiver. The same notification may be
    /// sent again with the same <see cref="JobNotice.Id"/>, so receivers can recognize duplicates.</summary>
    /// <param name="cancellationToken">Canceled when the host stops; the notification may have been sent.</param>
    /// <returns>Completes when the receiver has confirmed the notification. After any exception the receiver may not have
    /// it.</returns>
    ValueTask NotifyAsync(VaultIncarnation vault, JobNotice notice, CancellationToken cancellationToken);
}
