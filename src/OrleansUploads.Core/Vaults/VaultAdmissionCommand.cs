using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Values;

namespace OrleansUploads.Core.Vaults;

/// <summary>Returns the pages that list uploads, and the uploads that the vault lists itself.</summary>
/// <param name="Vault">The vault.</param>
/// <param name="After">Lists only uploads after this ID; empty to start at the beginning.</param>
/// <param name="Limit">Maximum number of the vault's own uploads to return; at least 1.</param>
public sealed record FindUploadPages(VaultId Vault, string After, int Limit) : VaultCommand, ICommand<UploadPagesFound>;

/// <summary>Records how many of a page's admissions have ended; sent by the page.</summary>
/// <param name="Epoch">Epoch of the vault's incarnation that the page belongs to.</param>
/// <param name="Page">Number of the page.</param>
/// <param name="Closed">Number of admissions that have ended.</param>
public sealed record RecordUploadPage(long Epoch, int Page, long Closed) : VaultCommand, ICommand<Done>, IRequiresFreshState;

/// <summary>Confirms that a page lists an upload.</summary>
public sealed record ConfirmUploadListed(UploadId Upload) : VaultCommand, ICommand<Done>;

/// <summary>Confirms that a page no longer lists an upload. By then the page has reported it to the vault itself.</summary>
public sealed record ConfirmUploadClosedInPage : VaultCommand, ICommand<Done>;

/// <summary>The places that list the uploads in progress.</summary>
/// <param name="Incarnation">The vault's incarnation.</param>
/// <param name="Pages">The pages that may list uploads after the requested ID, in order.</param>
/// <param name="Own">Multipart uploads that the vault lists itself. They were opened by program versions without pages.</param>
public sealed record UploadPagesFound(VaultIncarnation Incarnation, IReadOnlyList<OpenPage> Pages, UploadsPage Own);

/// <summary>A page that may list uploads.</summary>
/// <param name="Page">Number of the page.</param>
/// <param name="Uploads">Upper bound of the number of uploads on it.</param>
public readonly record struct OpenPage(int Page, long Uploads);
