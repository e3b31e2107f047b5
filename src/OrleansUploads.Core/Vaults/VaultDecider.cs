using System.Collections.Immutable;
using System.Globalization;
using OrleansUploads.Core.Accounts;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Uploads;

namespace OrleansUploads.Core.Vaults;

/// <summary>The rules of a vault: which uploads are in progress, how much it holds, what its tags are, and whether it may
/// be deleted.</summary>
public sealed partial class VaultDecider : Decider<VaultState, VaultCommand, VaultEvent>
{
    /// <inheritdoc/>
    public override VaultState Initial => VaultState.Unknown.Instance;

    /// <inheritdoc/>
    public override Decision<VaultEvent> Decide(VaultState state, VaultCommand command, DateTimeOffset now) =>
        command switch
        {
            BeginVault c => Begin(state, c),
            DescribeVault c => state is VaultState.Live live ? Reply(Describe(live)) : NotFound(c.Vault),
            TakeInventory c => state is VaultState.Live live ? Reply(Cut(live)) : NotFound(c.Vault),
            OpenUpload c => Open(state, c, now),
            ListUploads c => List(state, c),
            ListTags c => state is VaultState.Live live ? Reply(new VaultTags(live.Tags)) : NotFound(c.Vault),
            AddTags c => Add(state, c),
            RemoveTags c => Remove(state, c),
            DeleteVault c => Delete(state, c, now),
            CloseUpload c => state is VaultState.Live live && live.Life.Epoch == c.Epoch
                && live.Uploads.ContainsKey(c.Upload.ToString())
                    ? Accept(new UploadUnlisted(c.Upload))
                    : Nothing,
            RecordArchives c => Record(state, c),
            ConfirmUploadBegun c => state is VaultState.Live live && live.NotBegun.Contains(c.Upload)
                ? Accept(new UploadBegun(c.Upload))
                : Nothing,
            ConfirmVaultRemoved c => state is VaultState.Deleted { Removed: false } deleted && deleted.Life.Epoch == c.Epoch
                ? Accept(new VaultRemoved())
                : Nothing,
            _ => throw new ArgumentOutOfRangeException(nameof(command), command, "No such command."),
        };

    /// <inheritdoc/>
    public override VaultState Evolve(VaultState state, VaultEvent happened) => (state, happened) switch
    {
        (_, VaultBegun e) => new VaultState.Live(
            e.Life,
            e.At,
            ImmutableSortedDictionary.Create<string, UploadOpening>(StringComparer.Ordinal),
            [],
            ImmutableDictionary<int, ShardTotals>.Empty,
            ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal)),
        (VaultState.Live live, UploadListed e) => live with
        {
            Uploads = live.Uploads.SetItem(e.Opening.Upload.ToString(), e.Opening),
            NotBegun = live.NotBegun.Add(e.Opening.Upload),
        },
        (VaultState.Live live, UploadBegun e) => live with { NotBegun = live.NotBegun.Remove(e.Upload) },
        (VaultState.Live live, UploadUnlisted e) => Without(live, e.Upload),
        (VaultState.Live live, ArchivesRecorded e) =>
            Newest(e.ClosedUpload is { } upload ? Without(live, upload) : live, e.Totals),
        (VaultState.Live live, TagsAdded e) => live with { Tags = live.Tags.SetItems(e.Tags) },
        (VaultState.Live live, TagsRemoved e) => live with { Tags = live.Tags.RemoveRange(e.Keys) },
        (VaultState.Live live, VaultDeleted e) => new VaultState.Deleted(live.Life, e.At, Removed: false),
        (VaultState.Deleted deleted, VaultRemoved) => deleted with { Removed = true },
        _ => throw new InvalidOperationException($"{happened.GetType().Name} cannot follow in {state.GetType().Name}."),
    };

    /// <inheritdoc/>
    /// <remarks>A deleted vault is remembered, because its name can come back: its epoch keeps its lives apart.</remarks>
    public override Decision<VaultEvent> Wake(VaultState state, DateTimeOffset now) => Nothing;

    /// <inheritdoc/>
    public override DateTimeOffset? WakeAt(VaultState state) => null;

    /// <inheritdoc/>
    public override IEnumerable<Intent> Pending(VaultState state) => state switch
    {
        VaultState.Live live => live.Uploads.Values
            .Where(opening => live.NotBegun.Contains(opening.Upload))
            .Select(BeginUpload),
        VaultState.Deleted { Removed: false } deleted => [RemoveVault(deleted.Life)],
        _ => [],
    };

    /// <inheritdoc/>
    public override IEnumerable<VaultEvent> Compact(VaultState state)
    {
        switch (state)
        {
            case VaultState.Live live:
                yield return new VaultBegun(live.Life, live.CreatedAt);
                foreach (var opening in live.Uploads.Values)
                {
                    yield return new UploadListed(opening);
                    if (!live.NotBegun.Contains(opening.Upload))
                    {
                        yield return new UploadBegun(opening.Upload);
                    }
                }

                foreach (var totals in live.Shards.Values.OrderBy(totals => totals.Shard))
                {
                    yield return new ArchivesRecorded(totals, null);
                }

                if (!live.Tags.IsEmpty)
                {
                    yield return new TagsAdded(live.Tags);
                }

                break;
            case VaultState.Deleted deleted:
                yield return new VaultBegun(deleted.Life, deleted.DeletedAt);
                yield return new VaultDeleted(deleted.DeletedAt);
                if (deleted.Removed)
                {
                    yield return new VaultRemoved();
                }

                break;
        }
    }

    /// <inheritdoc/>
    public override int CompactCount(VaultState state) => state is VaultState.Live live
        ? 1 + (2 * live.Uploads.Count) - live.NotBegun.Count + live.Shards.Count + (live.Tags.IsEmpty ? 0 : 1)
        : 3;

    /// <summary>A life begins once, and never before the one that the vault has reached.</summary>
    private static Decision<VaultEvent> Begin(VaultState state, BeginVault command)
    {
        var reached = state switch
        {
            VaultState.Live live => live.Life.Epoch,
            VaultState.Deleted deleted => deleted.Life.Epoch,
            _ => 0,
        };
        return command.Life.Epoch > reached ? Accept(new VaultBegun(command.Life, command.CreatedAt)) : Nothing;
    }

    private static Decision<VaultEvent> Open(VaultState state, OpenUpload command, DateTimeOffset now)
    {
        if (state is not VaultState.Live live)
        {
            return NotFound(command.Vault);
        }

        if (live.Uploads.TryGetValue(command.Upload.ToString(), out var listed))
        {
            return Repeat(listed);
        }

        var opening = new UploadOpening(
            command.Upload, live.Life, command.PartSize, command.Description, command.Origin, now, command.Custody);
        return Accept(opening, new UploadListed(opening)).Telling(BeginUpload(opening));
    }

    private static Decision<VaultEvent> List(VaultState state, ListUploads command)
    {
        if (state is not VaultState.Live live)
        {
            return NotFound(command.Vault);
        }

        var listed = new List<UploadOpening>();
        foreach (var (id, opening) in live.Uploads)
        {
            if (opening.Origin != UploadOrigin.Multipart || string.CompareOrdinal(id, command.After) <= 0)
            {
                continue;
            }

            if (listed.Count == command.Limit)
            {
                return Reply(new UploadsPage(listed, HasMore: true));
            }

            listed.Add(opening);
        }

        return Reply(new UploadsPage(listed, HasMore: false));
    }

    /// <summary>A vault is deleted only without archives and without uploads in progress, so that an upload that is
    /// completing at this moment is never lost.</summary>
    private static Decision<VaultEvent> Delete(VaultState state, DeleteVault command, DateTimeOffset now)
    {
        switch (state)
        {
            case VaultState.Live live:
                var archives = live.Totals.Archives;
                return archives == 0 && live.Uploads.IsEmpty
                    ? Accept(new VaultDeleted(now)).Telling(RemoveVault(live.Life))
                    : Refuse(
                        new Refusal.VaultNotEmpty(command.Vault, archives, live.Uploads.Count));
            default:
                return NotFound(command.Vault);
        }
    }

    /// <summary>Shards tell at least once and in any order: the greater version is the truth.</summary>
    private static Decision<VaultEvent> Record(VaultState state, RecordArchives command)
    {
        if (state is not VaultState.Live live || live.Life.Epoch != command.Epoch)
        {
            return Nothing;
        }

        var isNewer = !live.Shards.TryGetValue(command.Totals.Shard, out var known)
            || known.Version < command.Totals.Version;
        var closes = command.ClosedUpload is { } upload && live.Uploads.ContainsKey(upload.ToString());
        return isNewer || closes ? Accept(new ArchivesRecorded(command.Totals, command.ClosedUpload)) : Nothing;
    }

    private static VaultDescription Describe(VaultState.Live live) => new(
        live.Life,
        live.CreatedAt,
        live.Totals.Archives,
        live.Totals.SizeBytes + (live.Totals.Archives * Limits.ArchiveOverheadBytes),
        live.Totals.ChangedAt);

    private static InventoryCut Cut(VaultState.Live live)
    {
        var versions = new long[live.Life.Shards];
        foreach (var totals in live.Shards.Values)
        {
            versions[totals.Shard] = totals.Version;
        }

        return new InventoryCut(live.Life, Describe(live).LastInventoryAt ?? live.CreatedAt, versions);
    }

    private static VaultState.Live Without(VaultState.Live live, UploadId upload) => live with
    {
        Uploads = live.Uploads.Remove(upload.ToString()),
        NotBegun = live.NotBegun.Remove(upload),
    };

    private static VaultState.Live Newest(VaultState.Live live, ShardTotals totals)
    {
        var known = live.Shards.GetValueOrDefault(totals.Shard);
        return known?.Version >= totals.Version
            ? live
            : live with { Shards = live.Shards.SetItem(totals.Shard, totals), Totals = live.Totals.Replace(known, totals) };
    }

    private static Intent BeginUpload(UploadOpening opening) => new(
        "begin/" + opening.Upload,
        new IntentAction.Tell(opening.Upload.Entity, new InitiateUpload(opening)),
        new ConfirmUploadBegun(opening.Upload));

    private static Intent RemoveVault(VaultLife life) => new(
        "remove/" + life.Epoch.ToString(CultureInfo.InvariantCulture),
        new IntentAction.Tell(life.Id.Account.Entity, new RemoveVault(life)),
        new ConfirmVaultRemoved(life.Epoch));

    /// <summary>Whoever learns that the vault is gone may create it anew at once, so the account has to know by then.</summary>
    private static Decision<VaultEvent> NotFound(VaultId vault) =>
        Repeat(new Refusal.VaultNotFound(vault));
}
