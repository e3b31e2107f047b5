using System.Diagnostics;

namespace OrleansUploads.Engine;

/// <summary>The activities of the engine: commands, stored attempts, and reads and writes of the journal. Without a listener they cost
/// nothing. Their names are part of the operator's interface.</summary>
public static class EngineTracing
{
    /// <summary>The name of the activity source.</summary>
    public const string SourceName = EngineTelemetry.MeterName;

    private const string EntityTag = "entity";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>Whether anything listens to the activities.</summary>
    internal static bool IsOn => Source.HasListeners();

    /// <summary>Starts the activity of a command, which is named after the command.</summary>
    internal static Activity? StartCommand(EntityId entity, ICommand command) =>
        IsOn ? Source.StartActivity(command.GetType().Name)?.SetTag(EntityTag, entity.ToString()) : null;

    /// <summary>Starts the activity of reading an entity's journal.</summary>
    internal static Activity? StartLoad(EntityId entity) =>
        IsOn ? Source.StartActivity("JournalLoad")?.SetTag(EntityTag, entity.ToString()) : null;

    /// <summary>Starts one activity for each command that shares a write to the journal, so that the trace of every command reaches the
    /// disk.</summary>
    /// <param name="entity">The entity.</param>
    /// <param name="commands">The activities of the commands.</param>
    internal static IReadOnlyList<Activity> StartAppend(EntityId entity, IReadOnlyList<Activity> commands)
    {
        var started = new List<Activity>(commands.Count);
        foreach (var command in commands)
        {
            if (Source.StartActivity("JournalAppend", ActivityKind.Internal, command.Context) is { } append)
            {
                started.Add(append.SetTag(EntityTag, entity.ToString()).SetTag("commands", commands.Count));
            }
        }

        return started;
    }

    /// <summary>Starts the activity of receiving bytes and making them durable.</summary>
    internal static Activity? StartAttempt(UploadId upload, long bytes) =>
        IsOn ? Source.StartActivity("StoreAttempt")?.SetTag("upload", upload.ToString()).SetTag("bytes", bytes) : null;
}
