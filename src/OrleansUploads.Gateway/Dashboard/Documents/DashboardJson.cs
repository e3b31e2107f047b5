using System.Text.Json.Serialization;

namespace OrleansUploads.Gateway.Dashboard.Documents;

/// <summary>The JSON documents of the dashboard. Times are milliseconds since 1970. Characters that mean something in HTML are
/// escaped.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ErrorDocument))]
[JsonSerializable(typeof(ChallengeDocument))]
[JsonSerializable(typeof(SignInDocument))]
[JsonSerializable(typeof(SessionDocument))]
[JsonSerializable(typeof(ContainersDocument))]
[JsonSerializable(typeof(ServerDocument))]
[JsonSerializable(typeof(VaultSettingsDocument))]
[JsonSerializable(typeof(UploadsDocument))]
[JsonSerializable(typeof(UploadDocument))]
[JsonSerializable(typeof(PartDocument))]
[JsonSerializable(typeof(JobsDocument))]
[JsonSerializable(typeof(StoredDocument))]
internal sealed partial class DashboardJson : JsonSerializerContext;
