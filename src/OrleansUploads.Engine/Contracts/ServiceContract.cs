using System.Text.Json.Serialization;
using OrleansUploads.Core.Service;
using OrleansUploads.Core.Values;
using static OrleansUploads.Engine.Contracts.NamedShape;

namespace OrleansUploads.Engine.Contracts;

/// <summary>The events, commands and answers of the service.</summary>
internal static class ServiceContract
{
    /// <summary>The table.</summary>
    public static EntityContract<ServiceCommand, ServiceEvent> Table { get; } = new(EntityKind.Service, ServiceJson.Default)
    {
        Events =
        [
            Named<ServiceKept>("service-kept.1"),
            Named<ClockFaulted>("clock-faulted.1"),
            Named<ClockAccepted>("clock-accepted.1"),
            Named<BackupBegun>("backup-begun.1"),
            Named<BackupEnded>("backup-ended.1"),
        ],
        Commands =
        [
            Named<RecordBeat>("record-beat.1"),
            Named<ReportClockFault>("report-clock-fault.1"),
            Named<AcceptClock>("accept-clock.1"),
            Named<BeginBackup>("begin-backup.1"),
            Named<EndBackup>("end-backup.1"),
            Named<DescribeService>("describe-service.1"),
        ],
        Answers =
        [
            Named<ServiceStatus>("service-standing.1"),
        ],
    };
}

/// <summary>Generated JSON metadata of the types in <see cref="ServiceContract"/>.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(ServiceKept))]
[JsonSerializable(typeof(ClockFaulted))]
[JsonSerializable(typeof(ClockAccepted))]
[JsonSerializable(typeof(BackupBegun))]
[JsonSerializable(typeof(BackupEnded))]
[JsonSerializable(typeof(RecordBeat))]
[JsonSerializable(typeof(ReportClockFault))]
[JsonSerializable(typeof(AcceptClock))]
[JsonSerializable(typeof(BeginBackup))]
[JsonSerializable(typeof(EndBackup))]
[JsonSerializable(typeof(DescribeService))]
[JsonSerializable(typeof(ServiceStatus))]
internal sealed partial class ServiceJson : JsonSerializerContext;
