using System.Collections.Immutable;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Settings;
using OrleansUploads.Core.Values;

namespace OrleansUploads.Core.Vaults;

/// <summary>The rules of a vault: its uploads in progress, the totals of its archives, its tags, policies and notifications, and
/// its deletion.</summary>
/// <param name="limits">Limits of a vault, or null for the defaults.</param>
public sealed partial class VaultDecider(VaultLimits? limits = null) : Decider<VaultState, VaultCommand, VaultEvent>
{
    private readonly VaultLimits _limits = limits ?? new VaultLimits();

    /// <inheritdoc/>
    public override VaultState Initial => VaultState.Unknown.Instance;

    /// <inheritdoc/>
    public override Decision<VaultEvent> Decide(VaultState state, VaultCommand command, ServiceTime time) =>
        command switch
        {
            BeginVault c => BeginVault(state, c),
            DescribeVault c => state is VaultState.Live live ? Reply(Describe(live)) : NotFound(c.Vault),
            TakeInventorySnapshot c => state is VaultState.Live live ? Reply(SnapshotOf(live)) : NotFound(c.Vault),
            OpenUpload c => OpenUpload(state, c, time.Now),
            FindUploadPages c => FindUploadPages(state, c),
            ListTags c => state is VaultState.Live live ? Reply(new VaultTags(live.Tags)) : NotFound(c.Vault),
            AddTags c => AddTags(state, c),
            RemoveTags c => RemoveTags(state, c),
            VaultPolicyCommand c => Decide(state, c, time.Now),
            SetNotifications c => SetNotifications(state, c),
            FindNotifications c => FindNotifications(state, c),
            ClearNotifications c => ClearNotifications(state, c),
            ConfirmNotificationsDelivered c => ConfirmNotificationsDelivered(state, c),
            DeleteVault c => DeleteVault(state, c, time.Now),
            CloseUpload c => CloseUpload(state, c),
            RecordArchives c => RecordArchives(state, c),
            RecordUploadPage c => RecordUploadPage(state, c),
            ConfirmUploadBegun c => ConfirmUploadBegun(state, c),
            ConfirmUploadListed c => ConfirmUploadListed(state, c),
            ConfirmUploadClosedInPage => Nothing,
            ConfirmHeldUploadEnded c => ConfirmHeldUploadEnded(state, c),
            ConfirmPageEnded c => ConfirmPageEnded(state, c),
            ConfirmVaultRemoved c => state is VaultState.Deleted { Removed: false } deleted && deleted.Incarnation.Epoch == c.Epoch
                ? Accept(new VaultRemoved())
                : Nothing,
            _ => throw new ArgumentOutOfRangeException(nameof(command), command, "Unknown command."),
        };

    /// <inheritdoc/>
    public override VaultState Evolve(VaultState state, VaultEvent happened) => (state, happened) switch
    {
        (_, VaultBegun e) => new VaultState.Live(
            e.Incarnation,
            e.At,
            ImmutableDictionary<int, ShardTotals>.Empty,
            ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal)),
        (VaultState.Live live, UploadAdmitted e) => live with { Admissions = WithAdmitted(live.Admissions, e) },
        (VaultState.Live live, UploadBegun e) => live.Admissions.Find(e.Upload) is { } admission
            ? live with { Admissions = live.Admissions.With(admission with { Begun = true }) }
            : live,
        (VaultState.Live live, AdmissionListed e) => live.Admissions.Find(e.Upload) is { } admission
            ? live with { Admissions = live.Admissions.With(admission with { Listed = true }) }
            : live,
        (VaultState.Live live, ClosingsRecorded e) => live with
        {
            Admissions = live.Admissions.With(live.Admissions.CountsOf(e.Page) with { Closed = e.Closed }),
        },
        (VaultState.Live live, PageCarriedOver e) => live with
        {
            Admissions = live.Admissions.With(new PageCounts(e.Page, e.Admitted, e.Closed)),
        },
        (VaultState.Live live, UploadUnlisted e) => live with { Admissions = live.Admissions.Without(e.Upload) },
        (VaultState.Live live, ArchivesRecorded e) => WithTotals(
            e.ClosedUpload is { } upload ? live with { Admissions = live.Admissions.Without(upload) } : live, e.Totals),
        (VaultState.Live live, TagsAdded e) => WithTags(live, live.Tags.SetItems(e.Tags)),
        (VaultState.Live live, TagsRemoved e) => WithTags(live, live.Tags.RemoveRange(e.Keys)),
        (VaultState.Live live, VaultPolicyEvent e) => Evolve(live, e),
        (VaultState.Live live, NotificationsChanged e) => live with
        {
            Notifications = new NotificationSetting(e.Version, e.Notifications, Delivered: false),
        },
        (VaultState.Live live, NotificationsDelivered) => live with
        {
            Notifications = live.Notifications with { Delivered = true },
        },
        (VaultState.Live live, VaultDeleted e) => new VaultState.Deleted(live.Incarnation, e.At, Removed: false)
        {
            Endings = VaultEndings.Of(live),
        },
        (VaultState.Deleted deleted, HeldUploadEnded e) => deleted with
        {
            Endings = deleted.Endings with { Held = deleted.Endings.Held.Remove(e.Upload.ToString()) },
        },
        (VaultState.Deleted deleted, PageUploadsEnded e) => deleted with
        {
            Endings = deleted.Endings with { Pages = deleted.Endings.Pages.Remove(e.Page) },
        },
        (VaultState.Deleted deleted, VaultRemoved) => deleted with { Removed = true },
        _ => throw new InvalidOperationException($"Unexpected event {happened.GetType().Name} in state {state.GetType().Name}."),
    };

    /// <inheritdoc/>
    /// <remarks>A deleted vault's history is kept, because a vault with the same name can be created again. Its epoch
    /// distinguishes the incarnations.</remarks>
    public override Decision<VaultEvent> Wake(VaultState state, ServiceTime time) =>
        state is VaultState.Live { Lock: { } held } && !held.IsInForce(time.Now) ? Accept(new VaultLockEnded()) : Nothing;

    /// <inheritdoc/>
    public override DateTimeOffset? WakeAt(VaultState state, ServiceTime time) => (state as VaultState.Live)?.Lock?.ExpiresAt;

    /// <inheritdoc/>
    public override IEnumerable<Intent> Pending(VaultState state) => state switch
    {
        VaultState.Live live => PendingUploads(live).Concat(PendingNotifications(live)).Concat(TellGuard(live)),
        VaultState.Deleted { Removed: false } deleted => PendingDeletion(deleted),
        _ => [],
    };

    /// <inheritdoc/>
    public override IEnumerable<VaultEvent> Compact(VaultState state)
    {
        switch (state)
        {
            case VaultState.Live live:
                yield return new VaultBegun(live.Incarnation, live.CreatedAt);
                foreach (var happened in CompactUploads(live))
                {
                    yield return happened;
                }

                foreach (var happened in CompactShards(live))
                {
                    yield return happened;
                }

                if (!live.Tags.IsEmpty)
                {
                    yield return new TagsAdded(live.Tags);
                }

                foreach (var happened in CompactPolicies(live))
                {
                    yield return happened;
                }

                foreach (var setting in CompactNotifications(live.Notifications))
                {
                    yield return setting;
                }

                break;
            case VaultState.Deleted deleted:
                foreach (var happened in CompactDeleted(deleted))
                {
                    yield return happened;
                }

                break;
        }
    }

    /// <inheritdoc/>
    public override int CompactCount(VaultState state) => state switch
    {
        VaultState.Live live => 1 + CompactUploadsCount(live) + live.Shards.Count + (live.Tags.IsEmpty ? 0 : 1)
            + CompactPoliciesCount(live) + CompactNotificationsCount(live.Notifications),
        VaultState.Deleted { Endings: var endings } => 3 + endings.Held.Count + endings.Pages.Count,
        _ => 3,
    };

    /// <summary>Begins an incarnation. Commands for the current or an earlier epoch are ignored.</summary>
    private static Decision<VaultEvent> BeginVault(VaultState state, BeginVault command)
    {
        var currentEpoch = state switch
        {
            VaultState.Live live => live.Incarnation.Epoch,
            VaultState.Deleted deleted => deleted.Incarnation.Epoch,
            _ => 0,
        };
        return command.Incarnation.Epoch > currentEpoch ? Accept(new VaultBegun(command.Incarnation, command.CreatedAt)) : Nothing;
    }

    /// <summary>Refuses a command because the vault does not exist. A caller may create the vault again right after this answer,
    /// so the answer waits until the account has unregistered it.</summary>
    private static Decision<VaultEvent> NotFound(VaultId vault) =>
        Repeat(new Refusal.VaultNotFound(vault));
}
