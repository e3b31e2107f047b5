using OrleansUploads.Core.Accounts;
using OrleansUploads.Core.Uploads;

namespace OrleansUploads.Core.Vaults;

/// <summary>The uploads in progress that a vault's deletion has to end.</summary>
/// <param name="Held">Uploads that were in flight, by ID in ordinal order.</param>
/// <param name="Pages">The counts of the pages that list the others.</param>
public sealed record VaultEndings(
    ImmutableSortedDictionary<string, UploadSpec> Held, ImmutableSortedDictionary<int, PageCounts> Pages)
{
    /// <summary>No upload is left.</summary>
    public static VaultEndings None { get; } = new(
        ImmutableSortedDictionary.Create<string, UploadSpec>(StringComparer.Ordinal),
        ImmutableSortedDictionary<int, PageCounts>.Empty);

    /// <summary>Whether all uploads have ended.</summary>
    public bool IsEmpty => Held.IsEmpty && Pages.IsEmpty;

    /// <summary>All uploads in progress of a vault. An upload that was still being opened may be on its page as well.</summary>
    public static VaultEndings Of(VaultAdmissions admissions) => new(
        None.Held.AddRange(admissions.InFlight.Select(static admission => KeyValuePair.Create(admission.Key, admission.Value.Spec))),
        admissions.Pages.RemoveRange(admissions.Pages.Values
            .Where(static counts => counts.Open <= 0)
            .Select(static counts => counts.Page)));
}

/// <summary>The rules of a deleted vault. Only archives hold a vault; uploads in progress end with it. Their entities are told before the
/// account unregisters the vault, so no upload of a deleted vault is open when the deletion is answered, or when a vault of the same
/// name begins.</summary>
internal sealed class VaultEndingRules : Rules<VaultEvent>
{
    /// <summary>How many endings are in progress at a time. It bounds the messages of one deletion.</summary>
    private const int ConcurrentEndings = 16;

    /// <summary>Decides a message about the deleted incarnation.</summary>
    public static Decision<VaultEvent> Decide(VaultState.Deleted state, VaultCommand command) => command switch
    {
        ConfirmHeldUploadEnded c => state.Endings.Held.ContainsKey(c.Upload.ToString())
            ? GoOn(state, new HeldUploadEnded(c.Upload))
            : Nothing,
        ConfirmPageEnded c => state.Endings.Pages.ContainsKey(c.Page) ? GoOn(state, new PageUploadsEnded(c.Page)) : Nothing,
        ConfirmVaultRemoved => state.Removed ? Nothing : Accept(new VaultRemoved()),
        _ => Nothing,
    };

    /// <summary>The state after an event.</summary>
    public static VaultState.Deleted Evolve(VaultState.Deleted state, VaultEvent happened) => happened switch
    {
        HeldUploadEnded e => state with { Endings = state.Endings with { Held = state.Endings.Held.Remove(e.Upload.ToString()) } },
        PageUploadsEnded e => state with { Endings = state.Endings with { Pages = state.Endings.Pages.Remove(e.Page) } },
        VaultRemoved => state with { Removed = true },
        _ => throw new InvalidOperationException($"Unexpected event {happened.GetType().Name} in a deleted vault."),
    };

    /// <summary>The intents that are not confirmed. The last one lets the account unregister the vault.</summary>
    public static IEnumerable<Intent> Pending(VaultState.Deleted state) =>
        state.Removed ? []
        : state.Endings.IsEmpty ? [RemoveVault(state.Incarnation)]
        : state.Endings.Held.Values.Select(EndUpload)
            .Concat(state.Endings.Pages.Keys.Select(page => EndPage(state.Incarnation, page)))
            .Take(ConcurrentEndings);

    /// <summary>The shortest history with the same state. Replaying it leads to the same endings, because a deletion ends what the vault
    /// has.</summary>
    public static IEnumerable<VaultEvent> Compact(VaultState.Deleted state)
    {
        yield return new VaultBegun(state.Incarnation, state.DeletedAt);
        foreach (var spec in state.Endings.Held.Values)
        {
            yield return new UploadAdmitted(spec, Admission: 0);
        }

        foreach (var counts in state.Endings.Pages.Values)
        {
            yield return new PageCarriedOver(counts.Page, counts.Admitted, counts.Closed);
        }

        yield return new VaultDeleted(state.DeletedAt);
        if (state.Removed)
        {
            yield return new VaultRemoved();
        }
    }

    /// <summary>Records an ending, and begins the next one.</summary>
    private static Decision<VaultEvent> GoOn(VaultState.Deleted state, VaultEvent happened)
    {
        var known = Pending(state).Select(static intent => intent.Key).ToHashSet(StringComparer.Ordinal);
        return Accept(happened).Telling(
            [.. Pending(Evolve(state, happened)).Where(intent => !known.Contains(intent.Key))]);
    }

    private static Intent EndUpload(UploadSpec spec) => new(
        $"end/{spec.Vault.Epoch}/{spec.Upload}",
        new TellEntity(spec.Upload.Entity, new EndUpload(spec)),
        new ConfirmHeldUploadEnded(spec.Upload, spec.Vault.Epoch));

    private static Intent EndPage(VaultIncarnation vault, int page) => new(
        string.Create(CultureInfo.InvariantCulture, $"end-page/{vault.Epoch}/{page}"),
        new TellEntity(vault.UploadPage(page), new EndListedUploads()),
        new ConfirmPageEnded(page, vault.Epoch));

    private static Intent RemoveVault(VaultIncarnation vault) => new(
        "remove/" + vault.Epoch.ToString(CultureInfo.InvariantCulture),
        new TellEntity(vault.Id.Account.Entity, new RemoveVault(vault)),
        new ConfirmVaultRemoved(vault.Epoch));
}
