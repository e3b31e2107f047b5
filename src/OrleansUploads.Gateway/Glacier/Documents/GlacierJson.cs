using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace OrleansUploads.Gateway.Glacier.Documents;

/// <summary>All documents that the API reads and writes. Names are written as declared, absent values as null.</summary>
[JsonSerializable(typeof(ErrorDocument))]
[JsonSerializable(typeof(VaultDocument))]
[JsonSerializable(typeof(VaultListDocument))]
[JsonSerializable(typeof(PartListDocument))]
[JsonSerializable(typeof(UploadListDocument))]
[JsonSerializable(typeof(JobDocument))]
[JsonSerializable(typeof(JobListDocument))]
[JsonSerializable(typeof(JobParameters))]
[JsonSerializable(typeof(NotificationDocument))]
[JsonSerializable(typeof(NotificationsToSet))]
[JsonSerializable(typeof(DataRetrievalPolicyDocument))]
[JsonSerializable(typeof(DataRetrievalPolicyToSet))]
[JsonSerializable(typeof(CapacityListDocument))]
[JsonSerializable(typeof(TagListDocument))]
[JsonSerializable(typeof(TagsToAdd))]
[JsonSerializable(typeof(TagsToRemove))]
[JsonSerializable(typeof(PolicyToSet))]
[JsonSerializable(typeof(AccessPolicyDocument))]
[JsonSerializable(typeof(LockDocument))]
internal sealed partial class GlacierJson : JsonSerializerContext
{
    /// <summary>The documents go to programs, never into a page, so only what JSON itself demands is escaped.</summary>
    public static GlacierJson Documents { get; } = new(new JsonSerializerOptions
    {
        Converters = { new GlacierDateConverter() },
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
