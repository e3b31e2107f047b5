using System.Text.Json.Serialization;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Core.Values;
using static OrleansUploads.Engine.Contracts.IntentShape;
using static OrleansUploads.Engine.Contracts.NamedShape;

namespace OrleansUploads.Engine.Contracts;

/// <summary>The events, commands, answers, refusals and intents of a vault's jobs.</summary>
internal static class JobsContract
{
    /// <summary>The table.</summary>
    public static EntityContract<JobsCommand, JobsEvent> Table { get; } = new(EntityKind.Jobs, JobsJson.Default)
    {
        Events =
        [
            Named<RetrievalStarted>("retrieval-started.1"),
            Named<InventoryStarted>("inventory-started.1"),
            Named<InventoryBegun>("inventory-begun.1"),
            Named<InventoryMeasured>("inventory-measured.1"),
            Named<VaultTopicUpdated>("vault-topic-taken.1"),
            Named<JobFinished>("job-finished.1"),
            Named<NoticeSent>("notice-sent.1"),
            Named<NoticeAbandoned>("notice-given-up.1"),
            Named<ArchiveRetired>("archive-retired.1"),
            Named<RetirementDelivered>("retirement-told.1"),
            Named<RetirementsCarriedOver>("retirements-carried-over.1"),
            Named<JobsExpired>("jobs-expired.1"),
        ],
        Commands =
        [
            Named<StartRetrieval>("start-retrieval.1")
                .Widened("start-retrieval.2", static start => start.Retirements is not null),
            Named<StartInventory>("start-inventory.1"),
            Named<BeginInventory>("begin-inventory.1"),
            Named<CountRetirements>("count-retirements.1"),
            Named<RetireArchive>("retire-archive.1"),
            Named<FindJob>("find-job.1"),
            Named<FindFinishedJob>("find-finished-job.1"),
            Named<ListJobs>("list-jobs.1"),
            Named<UpdateNotifications>("take-notifications.1"),
        ],
        Answers =
        [
            Named<RetrievalJob>("retrieval-job.1"),
            Named<InventoryJob>("inventory-job.1"),
            Named<UnmeasuredInventory>("unmeasured-inventory.1"),
            Named<JobsPage>("jobs-page.1"),
            Named<Retirements>("retirements.1")
                .Widened("retirements.2", static answer => answer.Full is not null),
        ],
        Refusals =
        [
            Named<Refusal.TooManyJobs>("refused-too-many-jobs.1"),
            Named<Refusal.LookupStale>("refused-lookup-stale.1"),
            Named<Refusal.JobNotFound>("refused-job-not-found.1"),
            Named<Refusal.JobNotReady>("refused-job-not-ready.1"),
            Named<Refusal.RetrievalRangeInvalid>("refused-retrieval-range-invalid.1"),
            Named<Refusal.ArchiveStoredExternally>("refused-archive-kept-elsewhere.1"),
        ],
        Intents =
        [
            Asks<ReleaseArchive, ConfirmRetirementDelivered>(),
            Asks<NotifyTopic, ConfirmNoticeSent>(),
            Asks<MeasureInventory, ConfirmInventoryMeasured>(),
        ],
    };
}

/// <summary>Generated JSON metadata of the types in <see cref="JobsContract"/>.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(RetrievalStarted))]
[JsonSerializable(typeof(InventoryStarted))]
[JsonSerializable(typeof(InventoryBegun))]
[JsonSerializable(typeof(InventoryMeasured))]
[JsonSerializable(typeof(VaultTopicUpdated))]
[JsonSerializable(typeof(JobFinished))]
[JsonSerializable(typeof(NoticeSent))]
[JsonSerializable(typeof(NoticeAbandoned))]
[JsonSerializable(typeof(ArchiveRetired))]
[JsonSerializable(typeof(RetirementDelivered))]
[JsonSerializable(typeof(RetirementsCarriedOver))]
[JsonSerializable(typeof(JobsExpired))]
[JsonSerializable(typeof(StartRetrieval))]
[JsonSerializable(typeof(StartInventory))]
[JsonSerializable(typeof(BeginInventory))]
[JsonSerializable(typeof(CountRetirements))]
[JsonSerializable(typeof(RetireArchive))]
[JsonSerializable(typeof(FindJob))]
[JsonSerializable(typeof(FindFinishedJob))]
[JsonSerializable(typeof(ListJobs))]
[JsonSerializable(typeof(UpdateNotifications))]
[JsonSerializable(typeof(RetrievalJob))]
[JsonSerializable(typeof(InventoryJob))]
[JsonSerializable(typeof(UnmeasuredInventory))]
[JsonSerializable(typeof(JobsPage))]
[JsonSerializable(typeof(Retirements))]
[JsonSerializable(typeof(Refusal.TooManyJobs))]
[JsonSerializable(typeof(Refusal.LookupStale))]
[JsonSerializable(typeof(Refusal.JobNotFound))]
[JsonSerializable(typeof(Refusal.JobNotReady))]
[JsonSerializable(typeof(Refusal.RetrievalRangeInvalid))]
[JsonSerializable(typeof(Refusal.ArchiveStoredExternally))]
internal sealed partial class JobsJson : JsonSerializerContext;
