using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Core.Accounts;

/// <summary>The rules of an account: which vaults it has, how many it may have, and how much it may retrieve.</summary>
/// <param name="policy">What it may have; null for the usual.</param>
/// <param name="archiveShards">Shards of the archive index of a vault that is created now.</param>
public sealed partial class AccountDecider(AccountPolicy? policy = null, int archiveShards = VaultLife.NewShards)
    : Decider<AccountState, AccountCommand, AccountEvent>
{
    private readonly int _maxVaults = (policy ?? new AccountPolicy()).MaxVaults;

    /// <inheritdoc/>
    public override AccountState Initial => AccountState.Empty;

    /// <inheritdoc/>
    public override Decision<AccountEvent> Decide(AccountState state, AccountCommand command, DateTimeOffset now) =>
        command switch
        {
            CreateVault c => Create(state, c, now),
            ListVaults c => List(state, c),
            RemoveVault c => state.Vaults.TryGetValue(c.Life.Id.Name.ToString(), out var vault) && vault.Life == c.Life
                ? Accept(new VaultTakenOut(c.Life))
                : Nothing,
            ConfirmVaultBegun c => state.Vaults.TryGetValue(c.Life.Id.Name.ToString(), out var vault)
                && vault.Life == c.Life && !vault.Confirmed
                    ? Accept(new VaultConfirmed(c.Life))
                    : Nothing,
            FindDataRetrievalPolicy => Reply(state.RetrievalPolicy),
            SetDataRetrievalPolicy c => Set(state, c),
            AdmitRetrieval c => Admit(state, c, now),
            PurchaseCapacity c => Purchase(state, c, now),
            ListCapacity => Reply(new CapacityUnits(Unexpired(state, now))),
            _ => throw new ArgumentOutOfRangeException(nameof(command), command, "No such command."),
        };

    /// <inheritdoc/>
    public override AccountState Evolve(AccountState state, AccountEvent happened) => happened switch
    {
        VaultTakenIn e => state with
        {
            LastEpoch = e.Life.Epoch,
            Vaults = state.Vaults.SetItem(e.Life.Id.Name.ToString(), new AccountVault(e.Life, e.At, Confirmed: false)),
        },
        VaultConfirmed e when state.Vaults.TryGetValue(e.Life.Id.Name.ToString(), out var vault) => state with
        {
            Vaults = state.Vaults.SetItem(e.Life.Id.Name.ToString(), vault with { Confirmed = true }),
        },
        VaultTakenOut e => state with { Vaults = state.Vaults.Remove(e.Life.Id.Name.ToString()) },
        EpochCarriedOver e => state with { LastEpoch = e.LastEpoch },
        DataRetrievalPolicySet e => Evolve(state, e),
        RetrievalAdmitted e => Evolve(state, e),
        CapacityPurchased e => Evolve(state, e),
        _ => throw new InvalidOperationException($"{happened.GetType().Name} cannot follow here."),
    };

    /// <inheritdoc/>
    public override Decision<AccountEvent> Wake(AccountState state, DateTimeOffset now) => Nothing;

    /// <inheritdoc/>
    public override DateTimeOffset? WakeAt(AccountState state) => null;

    /// <inheritdoc/>
    public override IEnumerable<Intent> Pending(AccountState state) =>
        state.Vaults.Values.Where(vault => !vault.Confirmed).Select(BeginVault);

    /// <inheritdoc/>
    public override IEnumerable<AccountEvent> Compact(AccountState state)
    {
        foreach (var vault in state.Vaults.Values)
        {
            yield return new VaultTakenIn(vault.Life, vault.CreatedAt);
            if (vault.Confirmed)
            {
                yield return new VaultConfirmed(vault.Life);
            }
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
    public override int CompactCount(AccountState state) => (2 * state.Vaults.Count) + 1 + CompactRetrievalsCount(state);

    /// <summary>Creating a vault that is there changes nothing, also where there are more than there may be now.</summary>
    private Decision<AccountEvent> Create(AccountState state, CreateVault command, DateTimeOffset now)
    {
        if (state.Vaults.ContainsKey(command.Vault.Name.ToString()))
        {
            return Repeat(Done.Instance);
        }

        if (state.Vaults.Count >= _maxVaults)
        {
            return Refuse(new Refusal.TooManyVaults(command.Vault.Account, _maxVaults));
        }

        var life = new VaultLife(command.Vault, state.LastEpoch + 1, archiveShards);
        return Accept(new VaultTakenIn(life, now)).Telling(BeginVault(new AccountVault(life, now, Confirmed: false)));
    }

    /// <summary>A vault that is listed can be used, so the answer waits until those that were just taken in have begun.</summary>
    private static Decision<AccountEvent> List(AccountState state, ListVaults command)
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

            listed.Add(vault.Life.Id);
        }

        return Repeat(new VaultsPage(listed, HasMore: false));
    }

    private static Intent BeginVault(AccountVault vault) => new(
        "begin/" + vault.Life,
        new IntentAction.Tell(vault.Life.Id.Entity, new BeginVault(vault.Life, vault.CreatedAt)),
        new ConfirmVaultBegun(vault.Life));
}
