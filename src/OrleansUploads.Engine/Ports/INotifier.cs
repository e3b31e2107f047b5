using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Engine.Ports;

/// <summary>Where messages of the end of jobs go: outside of this service, to whoever listens to a topic.</summary>
public interface INotifier
{
    /// <summary>Sends a message, once. A topic that nobody listens to is done at once. The same message may come again,
    /// with the same <see cref="JobNotice.Id"/>, so that whoever gets it can tell.</summary>
    /// <param name="vault">The vault whose job it is.</param>
    /// <param name="notice">The message.</param>
    /// <param name="cancellationToken">The host stops; it may have been sent.</param>
    /// <returns>Done when the receiver has the message. Any exception means that it may not have it.</returns>
    ValueTask NotifyAsync(VaultLife vault, JobNotice notice, CancellationToken cancellationToken);
}
