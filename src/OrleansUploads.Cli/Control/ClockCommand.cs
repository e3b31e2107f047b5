namespace OrleansUploads.Cli.Control;

/// <summary>The <c>clock show|accept</c> commands: show whether the server trusts its clock, and make it trust the clock
/// again.</summary>
internal static class ClockCommand
{
    public static Command Create() => new("clock", "Show whether a running server trusts its clock, or accept the clock.")
    {
        CreateCommand("show", "Print whether the clock is trusted, and if not, why."),
        CreateCommand("accept", "Confirm that the clock is now correct. The server then expires stale uploads and collects bytes again."),
    };

    private static Command CreateCommand(string name, string description)
    {
        var data = CommonOptions.Data();
        var command = new Command(name, description) { data };
        command.SetAction((parsed, cancellationToken) => CommandRunner.RunAsync(async () =>
        {
            Console.WriteLine(await ControlClient.SendAsync(
                parsed.GetRequiredValue(data).FullName, $"clock {name}", cancellationToken));
            return 0;
        }, cancellationToken));
        return command;
    }
}
