using OrleansUploads.Engine.DataFolders;
using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Cli.Serving;

/// <summary>Lets tests replace parts of a server's data folder. The defaults replace nothing.</summary>
internal sealed record ServerSeams
{
    /// <summary>Options of the data folder.</summary>
    public DataFolderOptions Folder { get; init; } = new();

    /// <summary>Replaces stores of the data folder before the engine gets them.</summary>
    public Func<EnginePorts, EnginePorts> Ports { get; init; } = static ports => ports;
}
