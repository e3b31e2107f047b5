using System.Text.Json.Serialization;
using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Values;
using OrleansUploads.Core.Vaults;
using static OrleansUploads.Engine.Contracts.IntentShape;
using static OrleansUploads.Engine.Contracts.NamedShape;

namespace OrleansUploads.Engine.Contracts;

/// <summary>The events, commands, answers, refusals and intents of a shard of a vault's archive index.</summary>
internal static class ArchiveShardContract
{
    /// <summary>The table.</summary>
    public static EntityContract<ArchiveShardCommand, ArchiveShardEvent> Table { get; } = new(EntityKind.ArchiveShard, ArchiveShardJson.Default)
    {
        Events =
        [
            Named<ShardOpened>("shard-opened.1"),
            Named<ArchiveAdded>("archive-added.1")
                .Widened("archive-added.2", static added => added.Entry.ByteStorage != ByteStorage.Gateway),
            Named<ArchiveDeleted>("archive-deleted.1"),
            Named<TotalsDelivered>("totals-told.1"),
            Named<IndexEnded>("index-ended.1"),
            Named<ReleaseDelivered>("release-told.1"),
            Named<GuardUpdated>("guard-taken.1"),
            Named<DeletionsForgotten>("deletions-forgotten.1"),
            Named<ShardCarriedOver>("shard-carried-over.1"),
            Named<ShardSnapshot>("shard-snapshot.1")
                .Widened("shard-snapshot.2", static snapshot => snapshot.Archives.Any(
                    static archive => archive.Entry.ByteStorage != ByteStorage.Gateway)),
        ],
        Commands =
        [
            Named<AddArchive>("add-archive.1"),
            Named<FindArchive>("find-archive.1"),
            Named<FindCurrentArchive>("find-archive-for-deletion.1"),
            Named<ListArchives>("list-archives.1"),
            Named<DeleteArchiveWithoutVerdict>("delete-archive.1"),
            Named<DeleteArchive>("delete-archive.2"),
            Named<UpdateGuard>("take-guard.1"),
        ],
        Answers =
        [
            Named<ArchiveEntry>("archive-entry.1"),
            Named<ArchivesPage>("archives-page.1"),
        ],
        Refusals =
        [
            Named<Refusal.ArchiveNotFound>("refused-archive-not-found.1"),
            Named<Refusal.VerdictStale>("refused-verdict-stale.1"),
            Named<Refusal.ClockNotTrusted>("refused-clock-not-trusted.1"),
        ],
        Intents =
        [
            Asks<RecordArchives, ConfirmTotalsDelivered>(),
            Asks<RetireArchive, ConfirmArchiveReleased>(),
        ],
    };
}

/// <summary>Generated JSON metadata of the types in <see cref="ArchiveShardContract"/>.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(ShardOpened))]
[JsonSerializable(typeof(ArchiveAdded))]
[JsonSerializable(typeof(ArchiveDeleted))]
[JsonSerializable(typeof(TotalsDelivered))]
[JsonSerializable(typeof(ReleaseDelivered))]
[JsonSerializable(typeof(GuardUpdated))]
[JsonSerializable(typeof(DeletionsForgotten))]
[JsonSerializable(typeof(ShardCarriedOver))]
[JsonSerializable(typeof(ShardSnapshot))]
[JsonSerializable(typeof(AddArchive))]
[JsonSerializable(typeof(FindArchive))]
[JsonSerializable(typeof(FindCurrentArchive))]
[JsonSerializable(typeof(ListArchives))]
[JsonSerializable(typeof(DeleteArchiveWithoutVerdict))]
[JsonSerializable(typeof(DeleteArchive))]
[JsonSerializable(typeof(UpdateGuard))]
[JsonSerializable(typeof(ArchiveEntry))]
[JsonSerializable(typeof(ArchivesPage))]
[JsonSerializable(typeof(Refusal.ArchiveNotFound))]
[JsonSerializable(typeof(Refusal.VerdictStale))]
[JsonSerializable(typeof(Refusal.ClockNotTrusted))]
[JsonSerializable(typeof(IndexEnded))]
internal sealed partial class ArchiveShardJson : JsonSerializerContext;
