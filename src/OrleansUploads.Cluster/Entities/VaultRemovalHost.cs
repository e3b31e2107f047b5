using OrleansUploads.Core.Accounts;
using OrleansUploads.Core.Deciding;

namespace OrleansUploads.Cluster.Entities;

/// <summary>Unregisters a deleted vault when no process remembers it. A vault of the same name begins after that,
/// so no request to it is taken for one to the deleted vault. The answer to the deletion waits for it.</summary>
internal sealed class VaultRemovalHost(IEntityHost inner, TimeProvider time) : IEntityHost
{
    /// <summary>How long a process remembers a vault and its policies.</summary>
    public static readonly TimeSpan VaultMemory = TimeSpan.FromSeconds(2);

    public async ValueTask<TrackedAnswer> SendAsync(EntityId entity, ICommand command, CancellationToken cancellationToken)
    {
        if (command is RemoveVault)
        {
            await Task.Delay(VaultMemory, time, cancellationToken);
        }

        return await inner.SendAsync(entity, command, cancellationToken);
    }
}
