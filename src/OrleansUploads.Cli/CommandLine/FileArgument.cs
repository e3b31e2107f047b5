namespace OrleansUploads.Cli.CommandLine;

/// <summary>An argument with the names of files. A word that begins with a hyphen is refused as a mistyped option, unless it follows
/// <c>--</c>.</summary>
/// <typeparam name="T">One name or several.</typeparam>
internal sealed class FileArgument<T>(string name) : Argument<T>(name);
