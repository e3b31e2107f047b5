using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Settings;
using OrleansUploads.Core.Values;
using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Core.Accounts;

/// <summary>The rules of an account: which vaults it has, how many it may have, and how much it may retrieve.</summary>
/// <param name="policy">Limits of an account, or null for the defaults.</param>
/// <param name="archiveShards">Number of shards of the archive index of a new vault.</param>
public sealed partial class AccountDecider(AccountPolicy? policy = null, int archiveShards = VaultIncarnation.NewShards)
    : Decider<AccountState, AccountCommand, AccountEvent>
{
    private readonly int _maxVaults = (policy ?? new AccountPolicy()).MaxVaults;

    /// <inheritdoc/>
    public override AccountState Initial => AccountState.Empty;

    /// <inheritdoc/>
    public override Decision<AccountEvent> Decide(AccountState state, AccountCommand command, ServiceTime time) =>
        command switch
        {
            CreateVault c => CreateVault(state, c, time.Now),
            ListVaults c => ListVaults(state, c),
            RemoveVault c => state.Vaults.TryGetValue(c.Incarnation.Id.Name.ToString(), out var vault) && vault.Incarnation == c.Incarnation
                ? Accept(new VaultUnregistered(c.Incarnation))
                : Nothing,
            ConfirmVaultBegun c => state.Vaults.TryGetValue(c.Incarnation.Id.Name.ToString(), out var vault)
                && vault.Incarnation == c.Incarnation && !vault.Confirmed
                    ? Accept(new VaultConfirmed(c.Incarnation))
                    : Nothing,
            FindDataRetrievalPolicy => Reply(state.RetrievalPolicy),
            SetDataRetrievalPolicy c => SetDataRetrievalPolicy(state, c),
            AdmitRetrieval c => AdmitRetrieval(state, c, time.Now),
            PurchaseCapacity c => PurchaseCapacity(state, c, time.Now),
            CreateBucket c => CreateBucket(state, c),
            ListBuckets c => ListBuckets(state, c),
            RemoveBucket c => RemoveBucket(state, c),
            ConfirmBucketClaim c => BucketAnswered(state, c),
            ListCapacity => Reply(new CapacityUnits(UnexpiredCapacity(state, time.Now))),
            _ => throw new ArgumentOutOfRangeException(nameof(command), command, "Unknown command."),
        };

    /// <inheritdoc/>
    public override AccountState Evolve(AccountState state, AccountEvent happened) => happened switch
    {
        VaultRegistered e => state with
        {
            LastEpoch = e.Incarnation.Epoch,
            Vaults = state.Vaults.SetItem(e.Incarnation.Id.Name.ToString(), new AccountVault(e.Incarnation, e.At, Confirmed: false)),
        },
        VaultConfirmed e when state.Vaults.TryGetValue(e.Incarnation.Id.Name.ToString(), out var vault) => state with
        {
            Vaults = state.Vaults.SetItem(e.Incarnation.Id.Name.ToString(), vault with { Confirmed = true }),
        },
        VaultUnregistered e => state with { Vaults = state.Vaults.Remove(e.Incarnation.Id.Name.ToString()) },
        EpochCarriedOver e => state with { LastEpoch = e.LastEpoch },
        DataRetrievalPolicySet e => Evolve(state, e),
        RetrievalAdmitted e => Evolve(state, e),
        CapacityPurchased e => Evolve(state, e),
        BucketClaimed e => Evolve(state, e),
        BucketConfirmed e => Evolve(state, e),
        BucketUnregistered e => state with { Buckets = state.Buckets.Remove(e.Bucket.ToString()) },
        _ => throw new InvalidOperationException($"Unexpected event {happened.GetType().Name}."),
    };

    /// <inheritdoc/>
    public override Decision<AccountEvent> Wake(AccountState state, ServiceTime time) => Nothing;

    /// <inheritdoc/>
    public override DateTimeOffset? WakeAt(AccountState state, ServiceTime time) => null;

    /// <inheritdoc/>
    public override IEnumerable<Intent> Pending(AccountState state) =>
    [
        .. state.Vaults.Values.Where(vault => !vault.Confirmed).Select(BeginVault),
        .. state.Buckets.Values.Where(bucket => bucket.Bucket is null).Select(ClaimBucket),
    ];

    /// <inheritdoc/>
    public override IEnumerable<AccountEvent> Compact(AccountState state)
    {
        foreach (var vault in state.Vaults.Values)
        {
            yield return new VaultRegistered(vault.Incarnation, vault.CreatedAt);
            if (vault.Confirmed)
            {
                yield return new VaultConfirmed(vault.Incarnation);
            }
        }

        foreach (var happened in CompactBuckets(state))
        {
            yield return happened;
        }

        if (state.LastEpoch > 0)
        {
            yield return new EpochCarriedOver(state.LastEpoch);
        }

        foreach (var happened in CompactRetrievals(state))
        {
            yield return happened;
        }
    }

    /// <inheritdoc/>
    public override int CompactCount(AccountState state) => (2 * (state.Vaults.Count + state.Buckets.Count)) + 1 + CompactRetrievalsCount(state);

    /// <summary>Creates a vault. Creating an existing vault succeeds and changes nothing, even if the account is over its
    /// limit.</summary>
    private Decision<AccountEvent> CreateVault(AccountState state, CreateVault command, DateTimeOffset now)
    {
        if (state.Vaults.ContainsKey(command.Vault.Name.ToString()))
        {
            return Repeat(Done.Instance);
        }

        if (state.Vaults.Count >= _maxVaults)
        {
            return Refuse(new Refusal.TooManyVaults(command.Vault.Account, _maxVaults));
        }

        var incarnation = new VaultIncarnation(command.Vault, state.LastEpoch + 1, archiveShards);
        return Accept(new VaultRegistered(incarnation, now))
            .Telling(BeginVault(new AccountVault(incarnation, now, Confirmed: false)));
    }

    /// <summary>Lists vaults. A listed vault must be usable, so the answer waits until newly registered vaults have
    /// begun.</summary>
    private static Decision<AccountEvent> ListVaults(AccountState state, ListVaults command)
    {
        var listed = new List<VaultId>();
        foreach (var (name, vault) in state.Vaults)
        {
            if (string.CompareOrdinal(name, command.After) <= 0)
            {
                continue;
            }

            if (listed.Count == command.Limit)
            {
                return Repeat(new VaultsPage(listed, HasMore: true));
            }

            listed.Add(vault.Incarnation.Id);
        }

        return Repeat(new VaultsPage(listed, HasMore: false));
    }

    private static Intent BeginVault(AccountVault vault) => new(
        "begin/" + vault.Incarnation,
        new TellEntity(vault.Incarnation.Id.Entity, new BeginVault(vault.Incarnation, vault.CreatedAt)),
        new ConfirmVaultBegun(vault.Incarnation));
}
