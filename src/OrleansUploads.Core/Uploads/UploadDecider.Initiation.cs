using OrleansUploads.Core.Deciding;

namespace OrleansUploads.Core.Uploads;

/// <content>The rules of initiation.</content>
public sealed partial class UploadDecider
{
    /// <summary>Initiates an upload whose ID is unused. If the ID is in use, nothing changes. The vault that admitted the upload is then
    /// told to stop listing it, unless the upload in use is its own: that upload tells the vault when it ends.</summary>
    private static Decision<UploadEvent> Initiate(UploadState state, InitiateUpload command) => state switch
    {
        UploadState.Unknown => Accept(new UploadInitiated(command.Spec)),

        // The vault hears of the end of this upload. While the archive is not in the index, the vault must count the upload.
        UploadState.Open open when open.Spec.Vault == command.Spec.Vault => Nothing,
        UploadState.Completed { Indexed: false } completed when completed.Spec.Vault == command.Spec.Vault => Nothing,
        _ => Nothing.Telling(UploadIntents.CloseAdmission(command.Spec)),
    };
}
