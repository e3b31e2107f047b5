namespace OrleansUploads.Cli.Control;

/// <summary>Commands that send one request to a running server and print its answer.</summary>
internal static class ControlCommand
{
    /// <summary>The <c>clock show|accept</c> commands: show whether the server trusts its clock, and make it trust the clock
    /// again.</summary>
    public static Command CreateClock() => new("clock", "Show whether a running server trusts its clock, or accept the clock.")
    {
        Create("clock", "show", "Print whether the clock is trusted, and if not, why."),
        Create("clock", "accept", "Confirm that the clock is now correct. The server then expires stale uploads and collects bytes again."),
    };

    /// <summary>Creates a command. Its request consists of two words.</summary>
    /// <param name="group">The first word, which is the name of the command above.</param>
    /// <param name="name">The second word, which is the name of the command.</param>
    /// <param name="description">What the request does.</param>
    public static Command Create(string group, string name, string description)
    {
        var data = CommonOptions.Data();
        var command = new Command(name, description) { data };
        return command.Run(async (parsed, cancellationToken) =>
        {
            Console.WriteLine(await ControlClient.SendAsync(parsed.GetRequiredValue(data).FullName, $"{group} {name}", cancellationToken));
            return ExitCode.Done;
        });
    }
}
