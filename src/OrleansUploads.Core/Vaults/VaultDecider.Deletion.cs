using System.Globalization;
using OrleansUploads.Core.Accounts;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Core.Values;

namespace OrleansUploads.Core.Vaults;

/// <content>The rules of deletion. Only archives hold a vault; uploads in progress end with it. Their entities are told before the
/// account unregisters the vault, so no upload of a deleted vault is open when the deletion is answered, or when a vault of the same
/// name begins.</content>
public sealed partial class VaultDecider
{
    /// <summary>How many endings are in progress at a time. It bounds the messages of one deletion.</summary>
    private const int ConcurrentEndings = 16;

    /// <summary>Deletes a vault that has no archives. An archive counts
    /// from the moment when the vault has recorded it, and its ID is told only after that. So a completion that is recorded later has
    /// not happened, and its upload ends like the others (see <see cref="RecordArchives(VaultState, RecordArchives)"/>).
    /// </summary>
    private Decision<VaultEvent> DeleteVault(VaultState state, DeleteVault command, DateTimeOffset now)
    {
        if (state is not VaultState.Live live)
        {
            return NotFound(command.Vault);
        }

        if (live.Totals.Archives > 0)
        {
            return Refuse(new Refusal.VaultNotEmpty(command.Vault, live.Totals.Archives));
        }

        var deleted = new VaultDeleted(now);
        return Accept(deleted).Telling([.. Pending(Evolve(state, deleted))]);
    }

    private Decision<VaultEvent> ConfirmHeldUploadEnded(VaultState state, ConfirmHeldUploadEnded command) =>
        state is VaultState.Deleted deleted && deleted.Incarnation.Epoch == command.Epoch
        && deleted.Endings.Held.ContainsKey(command.Upload.ToString())
            ? GoOn(deleted, new HeldUploadEnded(command.Upload))
            : Nothing;

    private Decision<VaultEvent> ConfirmPageEnded(VaultState state, ConfirmPageEnded command) =>
        state is VaultState.Deleted deleted && deleted.Incarnation.Epoch == command.Epoch
        && deleted.Endings.Pages.ContainsKey(command.Page)
            ? GoOn(deleted, new PageUploadsEnded(command.Page))
            : Nothing;

    /// <summary>Records an ending, and begins the next one. The last one lets the account unregister the vault.</summary>
    private Decision<VaultEvent> GoOn(VaultState.Deleted deleted, VaultEvent happened)
    {
        var known = PendingDeletion(deleted).Select(static intent => intent.Key).ToHashSet(StringComparer.Ordinal);
        return Accept(happened).Telling(
            [.. Pending(Evolve(deleted, happened)).Where(intent => !known.Contains(intent.Key))]);
    }

    private static IEnumerable<Intent> PendingDeletion(VaultState.Deleted deleted) =>
        deleted.Endings.IsEmpty
            ? [RemoveVault(deleted.Incarnation)]
            : deleted.Endings.Held.Values.Select(EndUpload)
                .Concat(deleted.Endings.Pages.Keys.Select(page => EndPage(deleted.Incarnation, page)))
                .Take(ConcurrentEndings);

    /// <summary>Replaying these events leads to the same endings, because a deletion ends what the vault has.</summary>
    private static IEnumerable<VaultEvent> CompactDeleted(VaultState.Deleted deleted)
    {
        yield return new VaultBegun(deleted.Incarnation, deleted.DeletedAt);
        foreach (var spec in deleted.Endings.Held.Values)
        {
            yield return new UploadAdmitted(spec, Admission: 0);
        }

        foreach (var counts in deleted.Endings.Pages.Values)
        {
            yield return new PageCarriedOver(counts.Page, counts.Admitted, counts.Closed);
        }

        yield return new VaultDeleted(deleted.DeletedAt);
        if (deleted.Removed)
        {
            yield return new VaultRemoved();
        }
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
