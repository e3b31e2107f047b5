using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Core.Vaults;

using PageRules = OrleansUploads.Core.Deciding.Decider<
    OrleansUploads.Core.Vaults.UploadPageState,
    OrleansUploads.Core.Vaults.UploadPageCommand,
    OrleansUploads.Core.Vaults.UploadPageEvent>;
using UploadRules = OrleansUploads.Core.Deciding.Decider<
    OrleansUploads.Core.Uploads.UploadState,
    OrleansUploads.Core.Uploads.UploadCommand,
    OrleansUploads.Core.Uploads.UploadEvent>;
using VaultRules = OrleansUploads.Core.Deciding.Decider<
    OrleansUploads.Core.Vaults.VaultState,
    OrleansUploads.Core.Vaults.VaultCommand,
    OrleansUploads.Core.Vaults.VaultEvent>;

namespace OrleansUploads.Simulation.Bugs;

/// <summary>Mistakes in what the deletion of a vault does to its uploads.</summary>
internal static class DeletionBugs
{
    /// <summary>Open uploads still prevent a deletion.</summary>
    internal sealed class UploadsHoldVault(VaultRules right) : OtherRules<VaultState, VaultCommand, VaultEvent>(right)
    {
        public override Decision<VaultEvent> Decide(VaultState state, VaultCommand command, ServiceTime time) =>
            state is VaultState.Live { Admissions.Open: > 0 } && command is DeleteVault delete
                ? Refuse(new Refusal.VaultNotEmpty(delete.Vault, 0))
                : Right.Decide(state, command, time);
    }

    internal sealed class PagesForgotten(VaultRules right) : OtherRules<VaultState, VaultCommand, VaultEvent>(right)
    {
        public override VaultState Evolve(VaultState state, VaultEvent happened) =>
            Right.Evolve(state, happened) is VaultState.Deleted deleted && happened is VaultDeleted
                ? deleted with { Endings = deleted.Endings with { Pages = VaultEndings.None.Pages } }
                : Right.Evolve(state, happened);
    }

    internal sealed class OpeningUploadsForgotten(VaultRules right) : OtherRules<VaultState, VaultCommand, VaultEvent>(right)
    {
        public override VaultState Evolve(VaultState state, VaultEvent happened) =>
            Right.Evolve(state, happened) is VaultState.Deleted deleted && happened is VaultDeleted
                ? deleted with { Endings = deleted.Endings with { Held = VaultEndings.None.Held } }
                : Right.Evolve(state, happened);
    }

    /// <summary>The page says that its uploads have ended, and tells none.</summary>
    internal sealed class PageTellsNone(PageRules right) : OtherRules<UploadPageState, UploadPageCommand, UploadPageEvent>(right)
    {
        public override Decision<UploadPageEvent> Decide(UploadPageState state, UploadPageCommand command, ServiceTime time) =>
            command is EndListedUploads ? Nothing : Right.Decide(state, command, time);
    }

    /// <summary>The new vault of the same name keeps the uploads of the old one open and lists their archives.</summary>
    internal sealed class NextVaultAdopts(VaultRules right) : OtherRules<VaultState, VaultCommand, VaultEvent>(right)
    {
        public override VaultState Evolve(VaultState state, VaultEvent happened) =>
            Right.Evolve(state, happened) is VaultState.Deleted deleted && happened is VaultDeleted
                ? deleted with { Endings = VaultEndings.None }
                : Right.Evolve(state, happened);

        public override Decision<VaultEvent> Decide(VaultState state, VaultCommand command, ServiceTime time) =>
            state is VaultState.Live live && command is RecordArchives record
                ? Right.Decide(state, record with { Epoch = live.Incarnation.Epoch }, time)
                : Right.Decide(state, command, time);
    }

    /// <summary>The upload takes its completion for good although the vault was deleted before: its client gets the ID of an archive
    /// that is nowhere.</summary>
    internal sealed class CompletionLost(UploadRules right) : OtherRules<UploadState, UploadCommand, UploadEvent>(right)
    {
        public override Decision<UploadEvent> Decide(UploadState state, UploadCommand command, ServiceTime time)
        {
            var decision = Right.Decide(
                state, command is ConfirmArchiveIndexed confirm ? confirm with { IsVaultGone = false } : command, time);
            return decision.Intents.IsEmpty ? decision : decision.Telling([.. decision.Intents.Select(WithoutVerdict)]);
        }

        public override IEnumerable<Intent> Pending(UploadState state) => Right.Pending(state).Select(WithoutVerdict);

        private static Intent WithoutVerdict(Intent intent) =>
            intent.Confirmation is ConfirmArchiveIndexed ? intent with { Settles = null } : intent;
    }

    /// <summary>The end of the vault also ends a completion that the vault has recorded.</summary>
    internal sealed class RecordedCompletionEnds(UploadRules right) : OtherRules<UploadState, UploadCommand, UploadEvent>(right)
    {
        public override Decision<UploadEvent> Decide(UploadState state, UploadCommand command, ServiceTime time) =>
            Right.Decide(state, command is ConfirmArchiveIndexed confirm ? confirm with { IsVaultGone = true } : command, time);
    }
}
