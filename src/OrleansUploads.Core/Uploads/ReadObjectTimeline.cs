using OrleansUploads.Core.Deciding;

namespace OrleansUploads.Core.Uploads;

/// <summary>Returns the timeline of the upload of an object, as <see cref="ReadTimeline"/> does.</summary>
/// <param name="Name">The object that the caller addressed.</param>
/// <param name="Number">The only part that the caller asks for, or null for all. An ended upload returns all.</param>
public sealed record ReadObjectTimeline(ObjectName Name, int? Number = null) : ObjectUploadCommand, ICommand<UploadTimeline>;
