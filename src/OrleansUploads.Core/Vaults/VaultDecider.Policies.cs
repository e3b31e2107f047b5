using System.Collections.Immutable;
using OrleansUploads.Core.Deciding;

namespace OrleansUploads.Core.Vaults;

/// <content>The rules of the access policy and of the lock. A lock in progress whose time has run out is as good as gone,
/// whether or not anyone has noticed.</content>
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
            InitiateLock c => state is VaultState.Live live ? Initiate(live, c, now) : NotFound(c.Vault),
            FindLock c => state is not VaultState.Live live ? NotFound(c.Vault)
                : LockInForce(live, now) is { } found ? Reply(found)
                : Refuse(new Refusal.LockNotFound(c.Vault)),
            CompleteLock c => state is VaultState.Live live ? Complete(live, c, now) : NotFound(c.Vault),
            AbortLock c => state is VaultState.Live live ? Abort(live, c, now) : NotFound(c.Vault),
            _ => throw new ArgumentOutOfRangeException(nameof(command), command, "No such command."),
        };

    private static VaultState.Live Evolve(VaultState.Live live, VaultPolicyEvent happened) => happened switch
    {
        AccessPolicySet e => live with { AccessPolicy = e.Policy },
        AccessPolicyDeleted => live with { AccessPolicy = null },
        VaultLockInitiated e => live with { Lock = new VaultLock(e.Lock, e.Policy, e.At, IsLocked: false) },
        VaultLockCompleted => live with { Lock = live.Lock! with { IsLocked = true } },
        VaultLockEnded => live with { Lock = null },
        _ => throw new InvalidOperationException($"{happened.GetType().Name} is no event of policies."),
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
    }

    private static int CountPolicies(VaultState.Live live) =>
        (live.AccessPolicy is null ? 0 : 1) + (live.Lock is null ? 0 : live.Lock.IsLocked ? 2 : 1);

    private static VaultPolicies PoliciesInForce(VaultState.Live live, DateTimeOffset now)
    {
        var locked = LockInForce(live, now)?.Policy;
        return new VaultPolicies(
            live.Life, live.AccessPolicy is null && locked is null ? NoTags : live.Tags, live.AccessPolicy, locked);
    }

    private static VaultLock? LockInForce(VaultState.Live live, DateTimeOffset now) =>
        live.Lock is { } held && held.IsInForce(now) ? held : null;

    private static Decision<VaultEvent> Initiate(VaultState.Live live, InitiateLock command, DateTimeOffset now)
    {
        if (LockInForce(live, now) is not { } held)
        {
            return Accept(
                new VaultLock(command.Lock, command.Policy, now, IsLocked: false),
                new VaultLockInitiated(command.Lock, command.Policy, now));
        }

        return held.ExpiresAt is not { } expiresAt ? Refuse(new Refusal.VaultLocked(command.Vault))
            : held.Lock == command.Lock && held.Policy == command.Policy ? Reply(held)
            : Refuse(new Refusal.LockInProgress(command.Vault, expiresAt));
    }

    private static Decision<VaultEvent> Complete(VaultState.Live live, CompleteLock command, DateTimeOffset now) =>
        (LockInForce(live, now), live.Lock?.Lock == command.Lock) switch
        {
            (null, _) => Refuse(new Refusal.LockNotFound(command.Vault)),
            ({ IsLocked: false }, true) => Accept(new VaultLockCompleted()),
            ({ IsLocked: false }, false) => Refuse(new Refusal.LockIdDiffers(command.Vault)),
            ({ IsLocked: true }, true) => Nothing,
            ({ IsLocked: true }, false) => Refuse(new Refusal.VaultLocked(command.Vault)),
        };

    private static Decision<VaultEvent> Abort(VaultState.Live live, AbortLock command, DateTimeOffset now) =>
        LockInForce(live, now) switch
        {
            null => Nothing,
            { IsLocked: true } => Refuse(new Refusal.VaultLocked(command.Vault)),
            _ => Accept(new VaultLockEnded()),
        };
}
