using System.Collections.Concurrent;
using OrleansUploads.Cluster.Entities;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Cluster.Hosting;

/// <summary>Remembers the policies of vaults for two seconds, so that not every request asks the grain of its vault.</summary>
/// <remarks>A change that may forbid something is answered two seconds after it is durable. By then every process has
/// forgotten what it knew before, because the two seconds begin before a process asks. A deletion of a vault waits likewise
/// (<see cref="VaultRemovalHost"/>). Only the processes' monotonic clocks matter. Vaults that have or had a lock are not
/// remembered, and deletions never use what is remembered.</remarks>
internal sealed class RecentPoliciesHost(IEntityHost inner, TimeProvider time) : IEntityHost
{
    public static readonly TimeSpan MaxAge = VaultRemovalHost.VaultMemory;

    /// <summary>Policies have at most 20 KiB, so these use at most about 20 MiB.</summary>
    public const int MaxVaults = 512;

    private readonly ConcurrentDictionary<EntityId, Recent> _recent = new();

    public ValueTask<TrackedAnswer> SendAsync(EntityId entity, ICommand command, CancellationToken cancellationToken) => command switch
    {
        FindPoliciesForDeletion => inner.SendAsync(entity, command, cancellationToken),
        FindPolicies => FindAsync(entity, command, cancellationToken),
        SetAccessPolicy or DeleteAccessPolicy or InitiateLock or CompleteLock or AbortLock or AddTags or RemoveTags =>
            ChangeAsync(entity, command, cancellationToken),
        _ => inner.SendAsync(entity, command, cancellationToken),
    };

    public ValueTask<IReadOnlyList<TrackedAnswer>> SendAllAsync(
        EntityId entity, IReadOnlyList<ICommand> commands, CancellationToken cancellationToken) => entity.Kind == EntityKind.Vault
            ? this.SendEachAsync(entity, commands, cancellationToken)
            : inner.SendAllAsync(entity, commands, cancellationToken);

    private async ValueTask<TrackedAnswer> FindAsync(EntityId vault, ICommand command, CancellationToken cancellationToken)
    {
        if (_recent.TryGetValue(vault, out var recent) && time.GetElapsedTime(recent.AskedAt) < MaxAge)
        {
            return new(recent.Policies);
        }

        var askedAt = time.GetTimestamp();
        var tracked = await inner.SendAsync(vault, command, cancellationToken);
        if (tracked.Answer is VaultPolicies { Lock: null, Guard: null } policies)
        {
            if (_recent.Count >= MaxVaults)
            {
                _recent.Clear();
            }

            _recent[vault] = new Recent(policies, askedAt);
        }

        return tracked;
    }

    private async ValueTask<TrackedAnswer> ChangeAsync(EntityId vault, ICommand command, CancellationToken cancellationToken)
    {
        var tracked = await inner.SendAsync(vault, command, cancellationToken);
        if (tracked.Answer is not Refusal || tracked.IsToRepetition)
        {
            await Task.Delay(MaxAge, time, cancellationToken);
        }

        return tracked;
    }

    private readonly record struct Recent(VaultPolicies Policies, long AskedAt);
}
