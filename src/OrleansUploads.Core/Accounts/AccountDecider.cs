using OrleansUploads.Core.Buckets;
using OrleansUploads.Core.Settings;
using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Core.Accounts;

/// <summary>The rules of an account: which vaults it has, how many it may have, and how much it may retrieve.</summary>
/// <param name="policy">Null for the defaults.</param>
public sealed class AccountDecider(AccountPolicy? policy = null, int archiveShards = VaultIncarnation.ManyShards)
    : Decider<AccountState, AccountCommand, AccountEvent>
{
    private readonly int _maxVaults = (policy ?? new AccountPolicy()).MaxVaults;

    public override AccountState Initial => AccountState.Empty;

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
        DataRetrievalPolicySet e => WithRetrievalPolicy(state, new DataRetrievalPolicy(e.Strategy, e.BytesPerHour)),
        RetrievalAdmitted e => state with
        {
            Admitted = state.Admitted.WithoutExpired(e.At).With(new AdmittedRetrieval(e.Job, e.Bytes, e.At)),
        },
        CapacityPurchased e => state with { Capacity = UnexpiredCapacity(state, e.Unit.StartAt).Add(e.Unit) },
        BucketClaimed e => state with
        {
            LastEpoch = e.Claim,
            Buckets = state.Buckets.SetItem(
                e.Bucket.ToString(), new AccountBucket(e.Bucket, e.Account, e.Claim, Bucket: null)),
        },
        BucketConfirmed e => state.Buckets.TryGetValue(e.Bucket.Bucket.Name.ToString(), out var listed)
            ? state with { Buckets = state.Buckets.SetItem(listed.Name.ToString(), listed with { Bucket = e.Bucket }) }
            : state,
        BucketUnregistered e => state with { Buckets = state.Buckets.Remove(e.Bucket.ToString()) },
        _ => throw new InvalidOperationException($"Unexpected event {happened.GetType().Name}."),
    };

    public override IEnumerable<Intent> Pending(AccountState state) =>
    [
        .. state.Vaults.Values.Where(vault => !vault.Confirmed).Select(BeginVault),
        .. state.Buckets.Values.Where(bucket => bucket.Bucket is null).Select(ClaimBucket),
    ];

    public override int SnapshotCost(AccountState state) =>
        state.Vaults.Count + state.Buckets.Count + state.Admitted.Count + state.Capacity.Count;

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
            .Raising(BeginVault(new AccountVault(incarnation, now, Confirmed: false)));
    }

    /// <summary>Lists vaults. A listed vault must be usable, so the answer waits until newly registered vaults have
    /// begun.</summary>
    private static Decision<AccountEvent> ListVaults(AccountState state, ListVaults command)
    {
        var (vaults, hasMore) = state.Vaults
            .Where(vault => string.CompareOrdinal(vault.Key, command.After) > 0)
            .Select(vault => vault.Value.Incarnation.Id)
            .FirstPage(command.Limit);
        return Repeat(new VaultsPage(vaults, hasMore));
    }

    private static Intent BeginVault(AccountVault vault) => new(
        "begin/" + vault.Incarnation,
        new TellEntity(vault.Incarnation.Id.Entity, new BeginVault(vault.Incarnation, vault.CreatedAt)),
        new ConfirmVaultBegun(vault.Incarnation));

    private static Decision<AccountEvent> CreateBucket(AccountState state, CreateBucket command)
    {
        if (state.Buckets.TryGetValue(command.Bucket.ToString(), out var known))
        {
            return Repeat(new CreatedBucket(command.Bucket, known.Bucket, Existed: known.Bucket is not null));
        }

        if (state.Buckets.Count >= ObjectLimits.MaxBucketsPerAccount)
        {
            return Refuse(new ObjectRefusal.TooManyBuckets(command.Account, ObjectLimits.MaxBucketsPerAccount));
        }

        var claimed = new BucketClaimed(command.Bucket, command.Account, state.LastEpoch + 1);
        return Accept(new CreatedBucket(command.Bucket, Bucket: null, Existed: false), claimed)
            .Raising(ClaimBucket(new AccountBucket(command.Bucket, command.Account, claimed.Claim, Bucket: null)));
    }

    /// <summary>Lists buckets. A bucket that another account may have is left out until it has answered.</summary>
    private static Decision<AccountEvent> ListBuckets(AccountState state, ListBuckets command)
    {
        var (buckets, hasMore) = state.Buckets
            .Where(bucket => string.CompareOrdinal(bucket.Key, command.After) > 0
                && bucket.Key.StartsWith(command.Prefix ?? "", StringComparison.Ordinal))
            .Select(bucket => bucket.Value.Bucket)
            .OfType<BucketDescription>()
            .FirstPage(command.Limit);
        return Reply(new BucketsPage(buckets, hasMore));
    }

    private static Decision<AccountEvent> RemoveBucket(AccountState state, RemoveBucket command) =>
        state.Buckets.TryGetValue(command.Bucket.Name.ToString(), out var listed) && listed.Bucket?.Bucket == command.Bucket
            ? Accept(new BucketUnregistered(command.Bucket.Name))
            : Nothing;

    private static Decision<AccountEvent> BucketAnswered(AccountState state, ConfirmBucketClaim command)
    {
        if (!state.Buckets.TryGetValue(command.Bucket.ToString(), out var listed)
            || listed.Claim != command.Claim
            || listed.Bucket is not null)
        {
            return Nothing;
        }

        return Accept(command.Verdict.Bucket is { } bucket
            ? new BucketConfirmed(bucket)
            : new BucketUnregistered(command.Bucket));
    }

    private static Intent ClaimBucket(AccountBucket wanted) => new(
        string.Create(CultureInfo.InvariantCulture, $"claim/{wanted.Claim}"),
        new TellEntity(wanted.Name.Entity, new ClaimBucket(wanted.Name, wanted.Account, wanted.Claim)),
        verdict => new ConfirmBucketClaim(wanted.Name, wanted.Claim, (BucketClaim)verdict))
    {
        Revises = (answer, verdict) => answer is CreatedBucket created && created.Name == wanted.Name
            ? ((BucketClaim)verdict).Bucket is { } bucket
                ? created with { Bucket = bucket }
                : new ObjectRefusal.BucketOwnedByOther(wanted.Name)
            : answer,
    };

    private static Decision<AccountEvent> SetDataRetrievalPolicy(AccountState state, SetDataRetrievalPolicy command) =>
        state.RetrievalPolicy == command.Policy
            ? Nothing
            : Accept(new DataRetrievalPolicySet(command.Policy.Strategy, command.Policy.BytesPerHour));

    /// <summary>Admits a retrieval if the limit allows it. Without a limit nothing is counted and nothing is written.</summary>
    private static Decision<AccountEvent> AdmitRetrieval(AccountState state, AdmitRetrieval command, DateTimeOffset now)
    {
        if (state.RetrievalPolicy.LimitBytes is not { } limit || state.Admitted.Contains(command.Job))
        {
            return Nothing;
        }

        var usedBytes = state.Admitted.WithoutExpired(now).Bytes;
        return command.Bytes <= limit - usedBytes
            ? Accept(new RetrievalAdmitted(command.Job, command.Bytes, now))
            : Refuse(new Refusal.RetrievalNotAdmitted(limit, usedBytes, command.Bytes));
    }

    private static Decision<AccountEvent> PurchaseCapacity(AccountState state, PurchaseCapacity command, DateTimeOffset now)
    {
        var units = UnexpiredCapacity(state, now);
        if (units.Find(unit => unit.Capacity == command.Capacity) is { } existing)
        {
            return Reply(existing);
        }

        if (units.Count >= Limits.MaxCapacityUnits)
        {
            return Refuse(new Refusal.TooManyCapacityUnits(Limits.MaxCapacityUnits, units.Min(unit => unit.ExpiresAt)));
        }

        var purchased = CapacityUnit.Purchase(command.Capacity, now);
        return Accept(purchased, new CapacityPurchased(purchased));
    }

    private static AccountState WithRetrievalPolicy(AccountState state, DataRetrievalPolicy policy) => state with
    {
        RetrievalPolicy = policy,
        Admitted = policy.LimitBytes is null ? AdmittedRetrievals.None : state.Admitted,
    };

    private static ImmutableList<CapacityUnit> UnexpiredCapacity(AccountState state, DateTimeOffset now) =>
        state.Capacity.RemoveAll(unit => unit.ExpiresAt <= now);
}
