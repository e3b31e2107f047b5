using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Values;
using OrleansUploads.Hashing;

namespace OrleansUploads.Core.Uploads;

/// <summary>Reports a part whose bytes are durable in external storage. This service cannot read them, so it accepts the stated tree
/// hash.</summary>
/// <remarks>A report can arrive late, even after a repetition of it was answered. Delete the bytes at a reported location only after the
/// upload has ended and if no manifest names them. This holds for every answer.</remarks>
/// <param name="Vault">The vault that the caller addressed.</param>
/// <param name="Range">The bytes of the archive that the part holds.</param>
/// <param name="TreeHash">Tree hash of these bytes.</param>
/// <param name="Location">The location of the bytes.</param>
public sealed record ReportExternalPart(VaultId Vault, PartRange Range, TreeHash TreeHash, PartLocation Location)
    : UploadCommand, ICommand<ExternalPartResult>;

/// <summary>The result of reporting an external part.</summary>
/// <param name="Location">The current location of the part.</param>
/// <param name="ReportedInUse">Whether this is the reported location. False if the same bytes were reported before with another location,
/// so the new one is not needed.</param>
public sealed record ExternalPartResult(PartLocation Location, bool ReportedInUse);
