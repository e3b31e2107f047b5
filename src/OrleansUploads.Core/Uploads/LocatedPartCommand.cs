using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Hashing;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Core.Uploads;

/// <summary>Reports a part whose bytes are durable elsewhere. Nobody here can look at them, so the tree hash is taken as
/// it is stated.</summary>
/// <remarks>A report can arrive late, even after a repetition of it was answered. So what is at a reported location may be
/// deleted only when the upload has ended and no manifest names it, whatever the answer was.</remarks>
/// <param name="Vault">The vault that the caller addressed.</param>
/// <param name="Range">The bytes that the part holds.</param>
/// <param name="TreeHash">Tree hash of these bytes.</param>
/// <param name="Location">Where they are.</param>
public sealed record StoreLocatedPart(VaultId Vault, PartRange Range, TreeHash TreeHash, PartLocation Location)
    : UploadCommand, ICommand<LocatedPartStanding>;

/// <summary>How a part stands that was reported with a location.</summary>
/// <param name="Location">The location that is the part's now.</param>
/// <param name="ReportedInUse">Whether it is the reported one; false where the same bytes were reported before, so that
/// the new location is not needed.</param>
public sealed record LocatedPartStanding(PartLocation Location, bool ReportedInUse);
