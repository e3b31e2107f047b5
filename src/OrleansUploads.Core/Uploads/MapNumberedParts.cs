using OrleansUploads.Core.Deciding;

namespace OrleansUploads.Core.Uploads;

/// <summary>Asks which parts of an open upload are there. The answer is short, regardless of the number of parts.</summary>
/// <param name="Name">The object that the caller addressed.</param>
public sealed record MapNumberedParts(ObjectName Name) : ObjectUploadCommand, ICommand<MappedObjectUpload>;

/// <summary>The upload of an object with the map of its parts.</summary>
/// <param name="Spec">What was fixed when the upload was initiated.</param>
/// <param name="Parts">Its parts.</param>
public sealed record MappedObjectUpload(ObjectUploadSpec Spec, MappedParts Parts);
