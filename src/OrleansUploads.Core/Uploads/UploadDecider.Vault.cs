using OrleansUploads.Core.Deciding;

namespace OrleansUploads.Core.Uploads;

/// <content>The rules of an upload whose vault is deleted.</content>
public sealed partial class UploadDecider
{
    /// <summary>Ends an open upload of the deleted vault. One that has not begun is recorded as ended, so that a late initiation finds it.
    /// A completion that the index has not confirmed is left to the index, which knows whether the vault has recorded the
    /// archive.</summary>
    private static Decision<UploadEvent> EndWithVault(UploadState state, EndUpload command, DateTimeOffset now) => state switch
    {
        UploadState.Unknown => Accept(Done.Instance, new UploadInitiated(command.Spec), new UploadEndedWithVault(now))
            .Telling(UploadIntents.CloseUpload(command.Spec)),
        UploadState.Open open when open.Spec.Vault == command.Spec.Vault =>
            Accept(new UploadEndedWithVault(now)).Telling(UploadIntents.CloseUpload(open.Spec)),
        _ => Nothing,
    };

    /// <summary>Takes note that the archive is in the index. If the vault was deleted first, the completion never happened: it was not
    /// answered, because answers wait until the vault has recorded the archive.</summary>
    private static Decision<UploadEvent> ConfirmIndexed(UploadState state, ConfirmArchiveIndexed command, DateTimeOffset now) =>
        state switch
        {
            UploadState.Completed { Indexed: false } completed when command.IsVaultGone =>
                Accept(new UploadEndedWithVault(now)).Telling(UploadIntents.CloseUpload(completed.Spec)),
            UploadState.Completed { Indexed: false, Parts: not null } =>
                Accept(Done.Instance, new ManifestStored(), new ArchiveIndexed()),
            UploadState.Completed { Indexed: false } => Accept(new ArchiveIndexed()),
            _ => Nothing,
        };
}
