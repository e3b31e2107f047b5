using OrleansUploads.Core.Vaults;

using PageRules = OrleansUploads.Core.Deciding.Decider<
    OrleansUploads.Core.Vaults.UploadPageState,
    OrleansUploads.Core.Vaults.UploadPageCommand,
    OrleansUploads.Core.Vaults.UploadPageEvent>;
using VaultRules = OrleansUploads.Core.Deciding.Decider<
    OrleansUploads.Core.Vaults.VaultState,
    OrleansUploads.Core.Vaults.VaultCommand,
    OrleansUploads.Core.Vaults.VaultEvent>;

namespace OrleansUploads.Simulation.Bugs;

/// <summary>Mistakes in the pages that list uploads in progress, and in the vault that counts them.</summary>
internal static class PageBugs
{
    public static PlantedBug Plant(Func<PageRules, PageRules> rules) =>
        new RulesBug<UploadPageState, UploadPageCommand, UploadPageEvent>(rules);

    internal sealed class SnapshotWithoutLastUpload(PageRules right)
        : OtherRules<UploadPageState, UploadPageCommand, UploadPageEvent>(right)
    {
        public override IEnumerable<UploadPageEvent> Compact(UploadPageState state) => Right.Compact(state).Select(happened =>
            happened is UploadPageSnapshot snapshot ? snapshot with { Uploads = [.. snapshot.Uploads.SkipLast(1)] } : happened);
    }

    /// <summary>A repeated admission is not detected.</summary>
    internal sealed class ListsLateTells(PageRules right) : OtherRules<UploadPageState, UploadPageCommand, UploadPageEvent>(right)
    {
        public override Decision<UploadPageEvent> Decide(UploadPageState state, UploadPageCommand command, ServiceTime time) =>
            command is ListInPage { Admission: var number } && number == state.Seen.UpTo && number > 0
                ? Right.Decide(state with { Seen = state.Seen with { UpTo = number - 1 } }, command, time)
                : Right.Decide(state, command, time);
    }

    /// <summary>The vault counts messages instead of using the page's number.</summary>
    internal sealed class ClosingCountedTwice(VaultRules right) : OtherRules<VaultState, VaultCommand, VaultEvent>(right)
    {
        public override Decision<VaultEvent> Decide(VaultState state, VaultCommand command, ServiceTime time) =>
            state is VaultState.Live live && command is RecordUploadPage record && record.Epoch == live.Incarnation.Epoch
                ? Accept(new ClosingsRecorded(record.Page, live.Admissions.CountsOf(record.Page).Closed + 1))
                : Right.Decide(state, command, time);
    }

    /// <summary>A closing is confirmed before the page has recorded it.</summary>
    internal sealed class ClosingNotForwarded(VaultRules right) : OtherRules<VaultState, VaultCommand, VaultEvent>(right)
    {
        public override Decision<VaultEvent> Decide(VaultState state, VaultCommand command, ServiceTime time) =>
            Right.Decide(state, command is RecordArchives record ? record with { ClosedUpload = null } : command, time);
    }

    /// <summary>The limit is checked against an outdated count.</summary>
    internal sealed class LimitFromStaleCount(VaultRules right) : OtherRules<VaultState, VaultCommand, VaultEvent>(right)
    {
        public override Decision<VaultEvent> Decide(VaultState state, VaultCommand command, ServiceTime time) =>
            state is VaultState.Live live && command is OpenUpload && live.Admissions.Open > 0
                ? Right.Decide(live with { Admissions = live.Admissions with { Open = live.Admissions.Open - 1 } }, command, time)
                : Right.Decide(state, command, time);
    }

    /// <summary>The list continues with the page after the marker's page.</summary>
    internal sealed class SkipsAtPageEdge(VaultRules right) : OtherRules<VaultState, VaultCommand, VaultEvent>(right)
    {
        public override Decision<VaultEvent> Decide(VaultState state, VaultCommand command, ServiceTime time)
        {
            var decision = Right.Decide(state, command, time);
            return decision.Answer is UploadPagesFound found && command is FindUploadPages { After: not "" }
                ? Reply(found with { Pages = [.. found.Pages.Skip(1)] })
                : decision;
        }
    }
}
