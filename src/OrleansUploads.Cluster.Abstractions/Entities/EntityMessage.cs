namespace OrleansUploads.Cluster.Abstractions.Entities;

/// <summary>A command, or the answer to it. Silos of different versions may exchange it, so it carries a name that is never
/// reused for another shape.</summary>
/// <param name="Name">The name of the message's shape.</param>
/// <param name="Body">The message's members, as JSON in UTF-8.</param>
[GenerateSerializer]
[Immutable]
[Alias("OrleansUploads.EntityMessage")]
public readonly record struct EntityMessage([property: Id(0)] string Name, [property: Id(1)] byte[] Body);

/// <summary>The outcome of a command: an answer, a refusal, or unknown.</summary>
/// <param name="Answer">The answer or the refusal; the default value if the outcome is unknown.</param>
/// <param name="Unavailable">Why the outcome is unknown, or null if there is an answer or refusal. The command may have been carried
/// out, and repeating it is safe.</param>
/// <param name="IsFailover">Whether the outcome is unknown because an entity moves to another silo, so that it will probably answer
/// soon.</param>
[GenerateSerializer]
[Immutable]
[Alias("OrleansUploads.EntityReply")]
public readonly record struct EntityReply(
    [property: Id(0)] EntityMessage Answer, [property: Id(1)] string? Unavailable, [property: Id(2)] bool IsFailover = false);
