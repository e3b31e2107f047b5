using System.Text.Json.Serialization;
using OrleansUploads.Gateway.Glacier.Protocol;

namespace OrleansUploads.Gateway.Glacier.Jobs;

/// <summary>The JSON documents about jobs.</summary>
[JsonSerializable(typeof(JobDocument))]
[JsonSerializable(typeof(JobListDocument))]
[JsonSerializable(typeof(JobParameters))]
internal sealed partial class JobJson : JsonSerializerContext
{
    public static JobJson Documents { get; } = new(JsonBody.CreateOptions());
}
