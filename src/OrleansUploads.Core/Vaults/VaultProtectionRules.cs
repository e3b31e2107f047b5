namespace OrleansUploads.Core.Vaults;

/// <summary>A vault's policies, its lock, and the tags that they can test.</summary>
/// <param name="Tags">Tag values by key, in ordinal order of the keys.</param>
/// <param name="AccessPolicy">The access policy, or null for none.</param>
/// <param name="Lock">The lock, or null for none. An expired lock in progress counts as none, even before its end is recorded.</param>
/// <param name="Guard">Delivery of the lock's guard to the shards.</param>
public sealed record VaultProtection(
    ImmutableSortedDictionary<string, string> Tags, VaultPolicy? AccessPolicy, VaultLock? Lock, VaultGuard Guard)
{
    /// <summary>Tag values by key, in ordinal order of the keys.</summary>
    public ImmutableSortedDictionary<string, string> Tags { get; init; } = Tags.WithComparers(StringComparer.Ordinal);

    /// <summary>No tags, no policies.</summary>
    public static VaultProtection None { get; } =
        new(ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal), null, null, VaultGuard.None);

    /// <summary>The lock that is in force at an instant, or null.</summary>
    internal VaultLock? LockInForce(DateTimeOffset now) => Lock is { } held && held.IsInForce(now) ? held : null;
}

/// <summary>The rules of tags, of the access policy and of the lock.</summary>
/// <remarks>A lock policy may depend on tags, so while a vault has a lock, the answer to a change of tags waits until the new guard is
/// delivered to all shards.</remarks>
internal sealed class VaultProtectionRules : Rules<VaultEvent>
{
    /// <summary>Decides a command of the incarnation, whose index has archives in these shards.</summary>
    public static Decision<VaultEvent> Decide(
        VaultProtection state, VaultIncarnation vault, IEnumerable<int> shards, VaultPolicyCommand command, DateTimeOffset now) =>
        command switch
        {
            ListTags => Reply(new VaultTags(state.Tags)),
            AddTags c => AddTags(state, vault, shards, c),
            RemoveTags c => c.Keys.Any(state.Tags.ContainsKey)
                ? Change(state, vault, shards, new TagsRemoved(c.Keys))
                : Nothing.Raising(state.Guard.TellShards(vault)),
            FindPolicies => Reply(PoliciesInForce(state, vault, now)),
            SetAccessPolicy c => state.AccessPolicy == c.Policy ? Nothing : Accept(new AccessPolicySet(c.Policy)),
            FindAccessPolicy c => state.AccessPolicy is { } policy ? Reply(policy) : Refuse(new Refusal.AccessPolicyNotFound(c.Vault)),
            DeleteAccessPolicy => state.AccessPolicy is null ? Nothing : Accept(new AccessPolicyDeleted()),
            InitiateLock c => InitiateLock(state, vault, shards, c, now),
            FindLock c => state.LockInForce(now) is not { } found ? Refuse(new Refusal.LockNotFound(c.Vault))
                : Reply(found).Raising(found.IsLocked ? state.Guard.TellShards(vault) : []),
            CompleteLock c => CompleteLock(state, vault, c, now),
            AbortLock c => state.LockInForce(now) switch
            {
                null => Nothing,
                { IsLocked: true } => Refuse(new Refusal.VaultLocked(c.Vault)),
                _ => Accept(new VaultLockEnded()),
            },
            ConfirmGuardDelivered c => ConfirmGuardDelivered(state.Guard, vault, c),
            _ => throw new ArgumentOutOfRangeException(nameof(command), command, "Unknown command."),
        };

    /// <summary>The state after an event.</summary>
    public static VaultProtection Evolve(VaultProtection state, VaultPolicyEvent happened, IEnumerable<int> shards) => happened switch
    {
        TagsAdded e => WithTags(state, state.Tags.SetItems(e.Tags), shards),
        TagsRemoved e => WithTags(state, state.Tags.RemoveRange(e.Keys), shards),
        AccessPolicySet e => state with { AccessPolicy = e.Policy },
        AccessPolicyDeleted => state with { AccessPolicy = null },
        VaultLockInitiated e => state with
        {
            Lock = new VaultLock(e.Lock, e.Policy, e.At, IsLocked: false),
            Guard = state.Guard.Raise(shards),
        },
        VaultLockCompleted => state with { Lock = state.Lock! with { IsLocked = true } },
        VaultLockEnded => state with { Lock = null },
        GuardDelivered e => state with { Guard = state.Guard.Confirm(e.Generation, e.Shard) },
        _ => throw new InvalidOperationException($"Unexpected event {happened.GetType().Name}."),
    };

    private static VaultPolicies PoliciesInForce(VaultProtection state, VaultIncarnation vault, DateTimeOffset now)
    {
        var locked = state.LockInForce(now)?.Policy;
        return new VaultPolicies(
            vault,
            state.AccessPolicy is null && locked is null ? VaultProtection.None.Tags : state.Tags,
            state.AccessPolicy,
            locked,
            state.Guard.Generation > 0 ? state.Guard.Generation : null);
    }

    /// <summary>Adds either all tags of a command or none.</summary>
    private static Decision<VaultEvent> AddTags(
        VaultProtection state, VaultIncarnation vault, IEnumerable<int> shards, AddTags command) =>
        state.Tags.SetItems(command.Tags).Count > Limits.MaxTagsPerVault
            ? Refuse(new Refusal.TooManyTags(command.Vault, Limits.MaxTagsPerVault))
            : command.Tags.All(tag => state.Tags.TryGetValue(tag.Key, out var value) && value == tag.Value)
                ? Nothing.Raising(state.Guard.TellShards(vault))
                : Change(state, vault, shards, new TagsAdded(command.Tags));

    /// <summary>Accepts an event, and delivers the guard that it raises.</summary>
    private static Decision<VaultEvent> Change(
        VaultProtection state, VaultIncarnation vault, IEnumerable<int> shards, VaultPolicyEvent happened) =>
        Accept(happened).Raising(Evolve(state, happened, shards).Guard.TellShards(vault));

    /// <summary>Initiates a lock. The answer does not wait until the guard is delivered to the shards, so that the caller
    /// receives the lock's ID even if a shard is unavailable.</summary>
    private static Decision<VaultEvent> InitiateLock(
        VaultProtection state, VaultIncarnation vault, IEnumerable<int> shards, InitiateLock command, DateTimeOffset now)
    {
        if (state.LockInForce(now) is not { } held)
        {
            var initiated = new VaultLockInitiated(command.Lock, command.Policy, now);
            return Accept(new VaultLock(command.Lock, command.Policy, now, IsLocked: false), initiated)
                .Raising(Evolve(state, initiated, shards).Guard.TellShards(vault))
                .AnsweringAtOnce();
        }

        return held.ExpiresAt is not { } expiresAt ? Refuse(new Refusal.VaultLocked(command.Vault))
            : held.Lock == command.Lock && held.Policy == command.Policy ? Reply(held)
            : Refuse(new Refusal.LockInProgress(command.Vault, expiresAt));
    }

    private static Decision<VaultEvent> CompleteLock(
        VaultProtection state, VaultIncarnation vault, CompleteLock command, DateTimeOffset now) =>
        (state.LockInForce(now), state.Lock?.Lock == command.Lock) switch
        {
            (null, _) => Refuse(new Refusal.LockNotFound(command.Vault)),
            ({ IsLocked: false }, true) => Accept(new VaultLockCompleted()).Raising(state.Guard.TellShards(vault)),
            ({ IsLocked: false }, false) => Refuse(new Refusal.LockIdDiffers(command.Vault)),
            ({ IsLocked: true }, true) => Nothing.Raising(state.Guard.TellShards(vault)),
            ({ IsLocked: true }, false) => Refuse(new Refusal.VaultLocked(command.Vault)),
        };

    /// <summary>Records a delivery and continues with the next shard. A command that waits for all shards keeps waiting, even if
    /// a newer generation was raised meanwhile.</summary>
    private static Decision<VaultEvent> ConfirmGuardDelivered(VaultGuard guard, VaultIncarnation vault, ConfirmGuardDelivered command)
    {
        var after = guard.Confirm(command.Generation, command.Shard);
        ImmutableArray<Intent> next = after.NextAfter(command.Shard) is { } shard ? [after.TellShard(vault, shard)] : [];
        var decision = after == guard ? Nothing : Accept(new GuardDelivered(command.Generation, command.Shard));
        return decision.Raising(next);
    }

    private static VaultProtection WithTags(
        VaultProtection state, ImmutableSortedDictionary<string, string> tags, IEnumerable<int> shards) => state with
        {
            Tags = tags,
            Guard = state.Lock is null ? state.Guard : state.Guard.Raise(shards),
        };
}
