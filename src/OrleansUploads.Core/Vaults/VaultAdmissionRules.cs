using OrleansUploads.Core.Settings;
using OrleansUploads.Core.Uploads;

namespace OrleansUploads.Core.Vaults;

/// <summary>The rules of a vault's uploads in progress. The vault admits and counts them, and its pages list them.</summary>
/// <param name="limits">Limits of a vault.</param>
internal sealed class VaultAdmissionRules(VaultLimits limits) : Rules<VaultEvent>
{
    /// <summary>Decides a command of the incarnation.</summary>
    public Decision<VaultEvent> Decide(
        VaultAdmissions state, VaultIncarnation vault, VaultUploadCommand command, DateTimeOffset now) => command switch
        {
            OpenUpload c => Open(state, vault, c, now),
            CloseUpload c => state.Find(c.Upload) is { IsPaged: false } ? Accept(new UploadUnlisted(c.Upload))
                : state.MayBeOnPage(c.Upload) ? Nothing.Telling(CloseInPage(state, vault, c.Upload))
                : Nothing,

            // Deliveries may be repeated and out of order; the count only grows.
            RecordUploadPage c => c.Closed > state.CountsOf(c.Page).Closed ? Accept(new ClosingsRecorded(c.Page, c.Closed)) : Nothing,
            ConfirmUploadBegun c => state.Find(c.Upload) is { Begun: false } ? Accept(new UploadBegun(c.Upload)) : Nothing,
            ConfirmUploadListed c => state.Find(c.Upload) is { Listed: false } ? Accept(new AdmissionListed(c.Upload)) : Nothing,
            ConfirmUploadClosedInPage => Nothing,
            FindUploadPages c => Reply(FindPages(state, vault, UploadPages.PageOf(c.After))),
            _ => throw new ArgumentOutOfRangeException(nameof(command), command, "Unknown command."),
        };

    /// <summary>The state after an event.</summary>
    public static VaultAdmissions Evolve(VaultAdmissions state, VaultUploadEvent happened) => happened switch
    {
        UploadAdmitted e => Admit(state, e),
        UploadBegun e => state.Find(e.Upload) is { } admission ? state.With(admission with { Begun = true }) : state,
        AdmissionListed e => state.Find(e.Upload) is { } admission ? state.With(admission with { Listed = true }) : state,
        UploadUnlisted e => state.Without(e.Upload),
        ClosingsRecorded e => state.With(state.CountsOf(e.Page) with { Closed = e.Closed }),
        PageCarriedOver e => state.With(new PageCounts(e.Page, e.Admitted, e.Closed)),
        _ => throw new InvalidOperationException($"Unexpected event {happened.GetType().Name}."),
    };

    /// <summary>The intents that are not confirmed.</summary>
    public static IEnumerable<Intent> Pending(VaultAdmissions state)
    {
        foreach (var admission in state.InFlight.Values)
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

    /// <summary>The shortest history with the same state.</summary>
    public static IEnumerable<VaultEvent> Compact(VaultAdmissions state)
    {
        foreach (var counts in state.Pages.Values)
        {
            yield return new PageCarriedOver(counts.Page, counts.Admitted, counts.Closed);
        }

        foreach (var admission in state.InFlight.Values)
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

    /// <summary>The number of events that <see cref="Compact"/> returns, without creating them.</summary>
    public static int CompactCount(VaultAdmissions state) => state.Pages.Count
        + state.InFlight.Values.Sum(static admission => admission.Begun || (admission.Listed && admission.IsPaged) ? 2 : 1);

    /// <summary>Removes an upload from its page. The vault does not record this intent. The sender of the command records its own
    /// intent and repeats the command until it is answered, and the answer waits until the page has reported back to the
    /// vault.</summary>
    public static Intent CloseInPage(VaultAdmissions state, VaultIncarnation vault, UploadId upload) => new(
        "close/" + upload,
        new TellEntity(
            vault.UploadPage(UploadPages.PageOf(upload)), new CloseInPage(vault, upload, state.Find(upload)?.Number ?? 0)),
        new ConfirmUploadClosedInPage())
    {
        AnswersUnconfirmed = true,
        IsRecorded = false,
    };

    private Decision<VaultEvent> Open(VaultAdmissions state, VaultIncarnation vault, OpenUpload command, DateTimeOffset now)
    {
        if (state.Find(command.Upload) is { } known)
        {
            return Repeat(known.Spec);
        }

        if (state.Open >= limits.OpenUploads)
        {
            return Refuse(new Refusal.TooManyUploads(command.Vault, limits.OpenUploads));
        }

        if (state.InFlight.Count >= Limits.MaxUploadsHeldByVault)
        {
            return Refuse(new Refusal.TooManyUploads(command.Vault, Limits.MaxUploadsHeldByVault));
        }

        var spec = new UploadSpec(
            command.Upload, vault, command.PartSize, command.Description, command.Origin, now, command.ByteStorage);
        if (command.Origin == UploadOrigin.SingleRequest)
        {
            return Accept(spec, new UploadAdmitted(spec, Admission: 0)).Telling(BeginUpload(spec));
        }

        var number = state.CountsOf(UploadPages.PageOf(command.Upload)).Admitted + 1;
        return Accept(spec, new UploadAdmitted(spec, number)).Telling(BeginUpload(spec), ListUpload(spec, number));
    }

    private static UploadPagesFound FindPages(VaultAdmissions state, VaultIncarnation vault, int first) => new(
        vault,
        [.. state.Pages.Values
            .Where(counts => counts.Page >= first && counts.Open > 0)
            .Select(counts => new OpenPage(counts.Page, counts.Open))]);

    /// <summary>Adds an admission. When a snapshot is replayed, the page's counts already include it.</summary>
    private static VaultAdmissions Admit(VaultAdmissions state, UploadAdmitted happened)
    {
        var admission = new Admission(happened.Spec, happened.Admission, Begun: false, Listed: happened.Admission == 0);
        var counts = state.CountsOf(UploadPages.PageOf(happened.Spec.Upload));
        return (admission.IsPaged ? state.With(counts with { Admitted = Math.Max(counts.Admitted, happened.Admission) }) : state)
            .With(admission);
    }

    private static Intent BeginUpload(UploadSpec spec) => new(
        "begin/" + spec.Upload,
        new TellEntity(spec.Upload.Entity, new InitiateUpload(spec)),
        new ConfirmUploadBegun(spec.Upload))
    { AnswersUnconfirmed = true };

    private static Intent ListUpload(UploadSpec spec, long number) => new(
        "list/" + spec.Upload,
        new TellEntity(spec.Vault.UploadPage(UploadPages.PageOf(spec.Upload)), new ListInPage(spec, number)),
        new ConfirmUploadListed(spec.Upload))
    { AnswersUnconfirmed = true };
}
