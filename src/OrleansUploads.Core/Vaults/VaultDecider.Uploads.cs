using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Core.Values;

namespace OrleansUploads.Core.Vaults;

/// <content>The rules of uploads in progress. The vault admits and counts uploads, and its pages list them. Single-request
/// uploads are never listed and end soon, so the vault keeps them itself.</content>
public sealed partial class VaultDecider
{
    private Decision<VaultEvent> OpenUpload(VaultState state, OpenUpload command, DateTimeOffset now)
    {
        if (state is not VaultState.Live live)
        {
            return NotFound(command.Vault);
        }

        if (live.Admissions.Find(command.Upload) is { } known)
        {
            return Repeat(known.Spec);
        }

        if (live.Admissions.Open >= _limits.OpenUploads)
        {
            return Refuse(new Refusal.TooManyUploads(command.Vault, _limits.OpenUploads));
        }

        if (live.Admissions.InFlight.Count >= Limits.MaxUploadsHeldByVault)
        {
            return Refuse(new Refusal.TooManyUploads(command.Vault, Limits.MaxUploadsHeldByVault));
        }

        var spec = new UploadSpec(
            command.Upload, live.Incarnation, command.PartSize, command.Description, command.Origin, now, command.ByteStorage);
        if (command.Origin == UploadOrigin.SingleRequest)
        {
            return Accept(spec, new UploadAdmitted(spec, Admission: 0)).Telling(BeginUpload(spec));
        }

        var number = live.Admissions.CountsOf(UploadPages.PageOf(command.Upload)).Admitted + 1;
        return Accept(spec, new UploadAdmitted(spec, number)).Telling(BeginUpload(spec), ListUpload(spec, number));
    }

    private static Decision<VaultEvent> CloseUpload(VaultState state, CloseUpload command) =>
        state is not VaultState.Live live || live.Incarnation.Epoch != command.Epoch ? Nothing
        : live.Admissions.Find(command.Upload) is { IsPaged: false } ? Accept(new UploadUnlisted(command.Upload))
        : MayBeOnPage(live, command.Upload) ? Reply(Done.Instance).Telling(CloseInPage(live, command.Upload))
        : Nothing;

    /// <summary>Records a shard's totals. Deliveries may be repeated and out of order; the higher version wins. The deleted vault is gone
    /// for good, so the shard forgets what the vault has not recorded.</summary>
    private static Decision<VaultEvent> RecordArchives(VaultState state, RecordArchives command)
    {
        if (state is not VaultState.Live live || live.Incarnation.Epoch != command.Epoch)
        {
            var isGone = state is VaultState.Deleted deleted ? deleted.Incarnation.Epoch >= command.Epoch
                : state is VaultState.Live next && next.Incarnation.Epoch > command.Epoch;
            return Reply(isGone ? AdditionVerdict.Gone : AdditionVerdict.InVault);
        }

        var isNewer = !live.Shards.TryGetValue(command.Totals.Shard, out var known)
            || known.Version < command.Totals.Version;
        var closes = command.ClosedUpload is { } held && live.Admissions.Find(held) is { IsPaged: false };
        var recorded = isNewer || closes
            ? Accept(AdditionVerdict.InVault, new ArchivesRecorded(command.Totals, command.ClosedUpload))
            : Reply(AdditionVerdict.InVault);
        return !closes && command.ClosedUpload is { } upload && MayBeOnPage(live, upload)
            ? recorded.Telling([CloseInPage(live, upload), .. UndeliveredGuardFor(live, command.Totals.Shard)])
            : recorded.Telling(UndeliveredGuardFor(live, command.Totals.Shard));
    }

    /// <summary>Records how many admissions of a page have ended. Deliveries may be repeated and out of order; the count only
    /// grows.</summary>
    private static Decision<VaultEvent> RecordUploadPage(VaultState state, RecordUploadPage command) =>
        state is VaultState.Live live && live.Incarnation.Epoch == command.Epoch
        && command.Closed > live.Admissions.CountsOf(command.Page).Closed
            ? Accept(new ClosingsRecorded(command.Page, command.Closed))
            : Nothing;

    private static Decision<VaultEvent> ConfirmUploadBegun(VaultState state, ConfirmUploadBegun command) =>
        state is VaultState.Live live && live.Admissions.Find(command.Upload) is { Begun: false }
            ? Accept(new UploadBegun(command.Upload))
            : Nothing;

    private static Decision<VaultEvent> ConfirmUploadListed(VaultState state, ConfirmUploadListed command) =>
        state is VaultState.Live live && live.Admissions.Find(command.Upload) is { Listed: false }
            ? Accept(new AdmissionListed(command.Upload))
            : Nothing;

    private static Decision<VaultEvent> FindUploadPages(VaultState state, FindUploadPages command)
    {
        if (state is not VaultState.Live live)
        {
            return NotFound(command.Vault);
        }

        var first = UploadPages.PageOf(command.After);
        return Reply(new UploadPagesFound(
            live.Incarnation,
            [.. live.Admissions.Pages.Values
                .Where(counts => counts.Page >= first && counts.Open > 0)
                .Select(counts => new OpenPage(counts.Page, counts.Open))]));
    }

    /// <summary>Adds an admission. When a snapshot is replayed, the page's counts already include it.</summary>
    private static VaultAdmissions WithAdmitted(VaultAdmissions admissions, UploadAdmitted happened)
    {
        var admission = new Admission(happened.Spec, happened.Admission, Begun: false, Listed: happened.Admission == 0);
        var counts = admissions.CountsOf(UploadPages.PageOf(happened.Spec.Upload));
        return (admission.IsPaged ? admissions.With(counts with { Admitted = Math.Max(counts.Admitted, happened.Admission) }) : admissions)
            .With(admission);
    }

    private static IEnumerable<Intent> PendingUploads(VaultState.Live live)
    {
        foreach (var admission in live.Admissions.InFlight.Values)
        {
            if (!admission.Begun)
            {
                yield return BeginUpload(admission.Spec);
            }

            if (!admission.Listed)
            {
                yield return ListUpload(admission.Spec, admission.Number);
            }
        }
    }

    private static IEnumerable<VaultEvent> CompactUploads(VaultState.Live live)
    {
        foreach (var counts in live.Admissions.Pages.Values)
        {
            yield return new PageCarriedOver(counts.Page, counts.Admitted, counts.Closed);
        }

        foreach (var admission in live.Admissions.InFlight.Values)
        {
            yield return new UploadAdmitted(admission.Spec, admission.Number);
            if (admission.Begun)
            {
                yield return new UploadBegun(admission.Spec.Upload);
            }

            if (admission is { Listed: true, IsPaged: true })
            {
                yield return new AdmissionListed(admission.Spec.Upload);
            }
        }
    }

    private static int CompactUploadsCount(VaultState.Live live) =>
        live.Admissions.Pages.Count
        + live.Admissions.InFlight.Values.Sum(static admission => admission.Begun || (admission.Listed && admission.IsPaged) ? 2 : 1);

    /// <summary>Whether an upload may be listed on its page. If a page has reported that all its admissions have ended, it lists
    /// no upload.</summary>
    private static bool MayBeOnPage(VaultState.Live live, UploadId upload) =>
        live.Admissions.CountsOf(UploadPages.PageOf(upload)).Open > 0;

    private static Intent BeginUpload(UploadSpec spec) => new(
        "begin/" + spec.Upload,
        new TellEntity(spec.Upload.Entity, new InitiateUpload(spec)),
        new ConfirmUploadBegun(spec.Upload))
    { AnswersUnconfirmed = true };

    private static Intent ListUpload(UploadSpec spec, long number) => new(
        "list/" + spec.Upload,
        new TellEntity(
            spec.Vault.UploadPage(UploadPages.PageOf(spec.Upload)), new ListInPage(spec, number)),
        new ConfirmUploadListed(spec.Upload))
    { AnswersUnconfirmed = true };

    /// <summary>Removes an upload from its page. The vault does not record this intent. The sender of the command records its own
    /// intent and repeats the command until it is answered, and the answer waits until the page has reported back to the
    /// vault.</summary>
    private static Intent CloseInPage(VaultState.Live live, UploadId upload) => new(
        "close/" + upload,
        new TellEntity(
            live.Incarnation.UploadPage(UploadPages.PageOf(upload)),
            new CloseInPage(
                live.Incarnation, upload, live.Admissions.Find(upload)?.Number ?? 0)),
        new ConfirmUploadClosedInPage())
    {
        AnswersUnconfirmed = true,
        IsRecorded = false,
    };
}
