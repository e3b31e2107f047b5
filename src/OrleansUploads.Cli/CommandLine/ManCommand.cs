namespace OrleansUploads.Cli.CommandLine;

/// <summary>The <c>man</c> command: prints the manual page of this program.</summary>
internal static class ManCommand
{
    public static Command Create()
    {
        var command = new Command("man", "Print the manual page, which has the help of all commands.");
        command.SetAction(static parsed => Console.Out.Write(ManPage.Write(parsed.RootCommandResult.Command)));
        return command;
    }
}
