using System.Text.Json.Serialization;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Core.Values;
using OrleansUploads.Core.Vaults;
using static OrleansUploads.Engine.Contracts.IntentShape;
using static OrleansUploads.Engine.Contracts.NamedShape;

namespace OrleansUploads.Engine.Contracts;

/// <summary>The events, commands and intents of a page of a vault's uploads in progress.</summary>
internal static class UploadPageContract
{
    /// <summary>The table.</summary>
    public static EntityContract<UploadPageCommand, UploadPageEvent> Table { get; } = new(EntityKind.UploadPage, UploadPageJson.Default)
    {
        Events =
        [
            Named<UploadPageOpened>("upload-page-opened.1"),
            Named<UploadPaged>("upload-paged.1"),
            Named<AdmissionEnded>("admission-ended.1"),
            Named<PagedUploadClosed>("paged-upload-closed.1"),
            Named<UploadPageSnapshot>("upload-page-snapshot.1"),
        ],
        Commands =
        [
            Named<ListInPage>("list-in-page.1"),
            Named<CloseInPage>("close-in-page.1"),
            Named<EndListedUploads>("end-listed-uploads.1"),
            Named<ReadUploadPage>("read-upload-page.1"),
        ],
        Intents =
        [
            Asks<RecordUploadPage, ConfirmClosingsDelivered>(),
            Asks<EndUpload, ConfirmListedUploadEnded>(),
        ],
    };
}

/// <summary>Generated JSON metadata of the types in <see cref="UploadPageContract"/>.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(UploadPageOpened))]
[JsonSerializable(typeof(UploadPaged))]
[JsonSerializable(typeof(AdmissionEnded))]
[JsonSerializable(typeof(PagedUploadClosed))]
[JsonSerializable(typeof(UploadPageSnapshot))]
[JsonSerializable(typeof(ListInPage))]
[JsonSerializable(typeof(CloseInPage))]
[JsonSerializable(typeof(ReadUploadPage))]
[JsonSerializable(typeof(EndListedUploads))]
internal sealed partial class UploadPageJson : JsonSerializerContext;
