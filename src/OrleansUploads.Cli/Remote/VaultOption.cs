using System.CommandLine;

namespace OrleansUploads.Cli.Remote;

/// <summary>The option <c>--vault</c>, which most commands need.</summary>
internal static class VaultOption
{
    public static Option<string> Create() => new("--vault", "-v")
    {
        Description = "The name of the vault.",
        HelpName = "name",
        Required = true,
    };
}
