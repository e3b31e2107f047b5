using System.Collections.Immutable;
using System.Globalization;
using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Values;

namespace OrleansUploads.Core.Vaults;

/// <content>The rules of the access policy and of the lock. An expired lock in progress counts as absent, even before its end is
/// recorded.</content>
public sealed partial class VaultDecider
{
    private static readonly ImmutableSortedDictionary<string, string> NoTags =
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    private static Decision<VaultEvent> Decide(VaultState state, VaultPolicyCommand command, DateTimeOffset now) =>
        command switch
        {
            FindPolicies c => state is VaultState.Live live ? Reply(PoliciesInForce(live, now)) : NotFound(c.Vault),
            SetAccessPolicy c => state is not VaultState.Live live ? NotFound(c.Vault)
                : live.AccessPolicy == c.Policy ? Nothing
                : Accept(new AccessPolicySet(c.Policy)),
            FindAccessPolicy c => state is not VaultState.Live live ? NotFound(c.Vault)
                : live.AccessPolicy is { } policy ? Reply(policy)
                : Refuse(new Refusal.AccessPolicyNotFound(c.Vault)),
            DeleteAccessPolicy c => state is not VaultState.Live live ? NotFound(c.Vault)
                : live.AccessPolicy is null ? Nothing
                : Accept(new AccessPolicyDeleted()),
            InitiateLock c => state is VaultState.Live live ? InitiateLock(live, c, now) : NotFound(c.Vault),
            FindLock c => state is not VaultState.Live live ? NotFound(c.Vault)
                : LockInForce(live, now) is { } found ? Reply(found).Telling(found.IsLocked ? TellGuard(live) : [])
                : Refuse(new Refusal.LockNotFound(c.Vault)),
            CompleteLock c => state is VaultState.Live live ? CompleteLock(live, c, now) : NotFound(c.Vault),
            AbortLock c => state is VaultState.Live live ? AbortLock(live, c, now) : NotFound(c.Vault),
            ConfirmGuardDelivered c => state is VaultState.Live live && live.Incarnation.Epoch == c.Epoch
                ? ConfirmGuardDelivered(live, c)
                : Nothing,
            _ => throw new ArgumentOutOfRangeException(nameof(command), command, "Unknown command."),
        };

    private static VaultState.Live Evolve(VaultState.Live live, VaultPolicyEvent happened) => happened switch
    {
        AccessPolicySet e => live with { AccessPolicy = e.Policy },
        AccessPolicyDeleted => live with { AccessPolicy = null },
        VaultLockInitiated e => live with
        {
            Lock = new VaultLock(e.Lock, e.Policy, e.At, IsLocked: false),
            Guard = live.Guard.Raise(live.Shards.Keys),
        },
        VaultLockCompleted => live with { Lock = live.Lock! with { IsLocked = true } },
        VaultLockEnded => live with { Lock = null },
        GuardDelivered e => live with { Guard = live.Guard.Confirm(e.Generation, e.Shard) },
        GuardCarriedOver e => live with { Guard = new VaultGuard(e.Generation, [.. e.Untold]) },
        _ => throw new InvalidOperationException($"Unexpected event {happened.GetType().Name}."),
    };

    private static IEnumerable<VaultEvent> CompactPolicies(VaultState.Live live)
    {
        if (live.AccessPolicy is { } policy)
        {
            yield return new AccessPolicySet(policy);
        }

        if (live.Lock is { } held)
        {
            yield return new VaultLockInitiated(held.Lock, held.Policy, held.CreatedAt);
            if (held.IsLocked)
            {
                yield return new VaultLockCompleted();
            }
        }

        if (live.Guard.Generation > 0)
        {
            yield return new GuardCarriedOver(live.Guard.Generation, [.. live.Guard.Undelivered]);
        }
    }

    private static int CompactPoliciesCount(VaultState.Live live) =>
        (live.AccessPolicy is null ? 0 : 1) + (live.Lock is null ? 0 : live.Lock.IsLocked ? 2 : 1)
        + (live.Guard.Generation > 0 ? 1 : 0);

    private static VaultPolicies PoliciesInForce(VaultState.Live live, DateTimeOffset now)
    {
        var locked = LockInForce(live, now)?.Policy;
        return new VaultPolicies(
            live.Incarnation,
            live.AccessPolicy is null && locked is null ? NoTags : live.Tags,
            live.AccessPolicy,
            locked,
            live.Guard.Generation > 0 ? live.Guard.Generation : null);
    }

    private static VaultLock? LockInForce(VaultState.Live live, DateTimeOffset now) =>
        live.Lock is { } held && held.IsInForce(now) ? held : null;

    /// <summary>Initiates a lock. The answer does not wait until the guard is delivered to the shards, so that the caller
    /// receives the lock's ID even if a shard is unavailable.</summary>
    private static Decision<VaultEvent> InitiateLock(VaultState.Live live, InitiateLock command, DateTimeOffset now)
    {
        if (LockInForce(live, now) is not { } held)
        {
            var initiated = new VaultLockInitiated(command.Lock, command.Policy, now);
            return Accept(new VaultLock(command.Lock, command.Policy, now, IsLocked: false), initiated)
                .Telling(TellGuard(Evolve(live, initiated)))
                .AnsweringAtOnce();
        }

        return held.ExpiresAt is not { } expiresAt ? Refuse(new Refusal.VaultLocked(command.Vault))
            : held.Lock == command.Lock && held.Policy == command.Policy ? Reply(held)
            : Refuse(new Refusal.LockInProgress(command.Vault, expiresAt));
    }

    private static Decision<VaultEvent> CompleteLock(VaultState.Live live, CompleteLock command, DateTimeOffset now) =>
        (LockInForce(live, now), live.Lock?.Lock == command.Lock) switch
        {
            (null, _) => Refuse(new Refusal.LockNotFound(command.Vault)),
            ({ IsLocked: false }, true) => Accept(new VaultLockCompleted()).Telling(TellGuard(live)),
            ({ IsLocked: false }, false) => Refuse(new Refusal.LockIdDiffers(command.Vault)),
            ({ IsLocked: true }, true) => Nothing.Telling(TellGuard(live)),
            ({ IsLocked: true }, false) => Refuse(new Refusal.VaultLocked(command.Vault)),
        };

    private static Decision<VaultEvent> AbortLock(VaultState.Live live, AbortLock command, DateTimeOffset now) =>
        LockInForce(live, now) switch
        {
            null => Nothing,
            { IsLocked: true } => Refuse(new Refusal.VaultLocked(command.Vault)),
            _ => Accept(new VaultLockEnded()),
        };

    /// <summary>Records a delivery and continues with the next shard. A command that waits for all shards keeps waiting, even if
    /// a newer generation was raised meanwhile.</summary>
    private static Decision<VaultEvent> ConfirmGuardDelivered(VaultState.Live live, ConfirmGuardDelivered command)
    {
        var after = live.Guard.Confirm(command.Generation, command.Shard);
        ImmutableArray<Intent> next = after.NextAfter(command.Shard) is { } shard
            ? [TellGuard(live.Incarnation, after.Generation, shard)]
            : [];
        var decision = after == live.Guard ? Nothing : Accept(new GuardDelivered(command.Generation, command.Shard));
        return decision.Telling(next);
    }

    private static ImmutableArray<Intent> TellGuard(VaultState.Live live) =>
        [.. live.Guard.NextOfEachLane.Select(shard => TellGuard(live.Incarnation, live.Guard.Generation, shard))];

    /// <summary>If a shard receives its first archive after a lock was initiated, the guard must be delivered to it before the
    /// addition is answered.</summary>
    private static ImmutableArray<Intent> UndeliveredGuardFor(VaultState.Live live, int shard) =>
        live.Guard.Undelivered.Contains(shard) || (live.Guard.Generation > 0 && !live.Shards.ContainsKey(shard))
            ? [TellGuard(live.Incarnation, live.Guard.Generation, shard)]
            : [];

    private static Intent TellGuard(VaultIncarnation vault, long generation, int shard) => new(
        string.Create(CultureInfo.InvariantCulture, $"guard/{vault.Epoch}/{generation}/{shard}"),
        new TellEntity(vault.ArchiveShard(shard), new UpdateGuard(generation)),
        new ConfirmGuardDelivered(vault.Epoch, generation, shard));
}
