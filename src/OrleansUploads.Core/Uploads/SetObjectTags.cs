using OrleansUploads.Core.Deciding;

namespace OrleansUploads.Core.Uploads;

/// <summary>Replaces the tags of an object. The key's entry names the upload.</summary>
/// <param name="Name">The object that the caller addressed.</param>
/// <param name="Tags">The new tags, or empty for none.</param>
public sealed record SetObjectTags(ObjectName Name, IReadOnlyDictionary<string, string> Tags) : ObjectUploadCommand, ICommand<Done>;
