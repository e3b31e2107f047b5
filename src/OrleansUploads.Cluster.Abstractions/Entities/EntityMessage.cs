namespace OrleansUploads.Cluster.Abstractions.Entities;

/// <summary>A command, or what is answered to it. Silos of two versions may exchange it, so it travels under a name that is never
/// given to another shape.</summary>
/// <param name="Name">The name of the shape.</param>
/// <param name="Body">Its members, as JSON in UTF-8.</param>
[GenerateSerializer]
[Immutable]
[Alias("OrleansUploads.EntityMessage")]
public readonly record struct EntityMessage([property: Id(0)] string Name, [property: Id(1)] byte[] Body);

/// <summary>What came of a command: an answer or a refusal, or nobody knows.</summary>
/// <param name="Answer">The answer or the refusal; the default where nobody knows.</param>
/// <param name="Unavailable">Why nobody knows; null where there is an answer. The command may have been carried out, and is safe
/// to repeat.</param>
[GenerateSerializer]
[Immutable]
[Alias("OrleansUploads.EntityReply")]
public readonly record struct EntityReply([property: Id(0)] EntityMessage Answer, [property: Id(1)] string? Unavailable);
