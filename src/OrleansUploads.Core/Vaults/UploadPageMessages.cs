using OrleansUploads.Core.Uploads;

namespace OrleansUploads.Core.Vaults;

/// <summary>Commands of a page of a vault's uploads in progress.</summary>
public abstract record UploadPageCommand : ICommand
{
    private protected UploadPageCommand()
    {
    }
}

/// <summary>Adds an upload to the page; sent by the vault that admitted it.</summary>
/// <param name="Spec">The upload.</param>
/// <param name="Admission">Sequence number of the admission among the vault's admissions to this page, starting at 1.</param>
[Named("list-in-page.1")]
public sealed record ListInPage(UploadSpec Spec, long Admission)
    : UploadPageCommand, ICommand<Done>, IRequiresFreshState, IMayBeginEntity
{
    /// <inheritdoc/>
    bool IMayBeginEntity.ExpectsNewEntity => Admission == 1;
}

/// <summary>Removes an upload that has ended from the page; sent by the vault.</summary>
/// <param name="Vault">The vault's incarnation.</param>
/// <param name="Upload">The upload.</param>
/// <param name="Admission">The upload's admission number if the page may not have received the admission yet; otherwise
/// 0.</param>
[Named("close-in-page.1")]
public sealed record CloseInPage(VaultIncarnation Vault, UploadId Upload, long Admission)
    : UploadPageCommand, ICommand<Done>, IRequiresFreshState;

/// <summary>Ends all uploads on the page; sent by the vault after its deletion.</summary>
[Named("end-listed-uploads.1")]
public sealed record EndListedUploads : UploadPageCommand, ICommand<Done>, IRequiresFreshState;

/// <summary>Confirms that an upload has ended because the vault was deleted.</summary>
public sealed record ConfirmListedUploadEnded(UploadId Upload) : UploadPageCommand, ICommand<Done>;

/// <summary>Lists the page's multipart uploads by ID.</summary>
/// <param name="After">Lists only uploads after this ID; empty to start at the beginning.</param>
/// <param name="Limit">Maximum number of uploads to list; at least 1.</param>
[Named("read-upload-page.1")]
public sealed record ReadUploadPage(string After, int Limit) : UploadPageCommand, ICommand<UploadsPage>;

/// <summary>Confirms that the number of ended admissions was delivered to the vault.</summary>
public sealed record ConfirmClosingsDelivered : UploadPageCommand, ICommand<Done>;
