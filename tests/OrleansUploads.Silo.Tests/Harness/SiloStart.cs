namespace OrleansUploads.Silo.Tests.Harness;

/// <summary>How a silo is started.</summary>
/// <param name="Environment">Its environment variables; null removes one.</param>
internal sealed record SiloStart(IReadOnlyDictionary<string, string?> Environment)
{
    /// <summary>The build that runs.</summary>
    public string Program { get; init; } = Repository.SiloProgram;

    /// <summary>The group ID of the process, or null for that of the tests. Firewalls can tell processes apart by it.</summary>
    public int? Group { get; init; }

    /// <summary>Starts the process.</summary>
    public CapturedProcess Run(params string[] arguments) => CommandLine.StartProgram(
        [Program, .. arguments], Environment, Group is { } group ? ["setpriv", $"--regid={group}", "--clear-groups"] : null);

    /// <summary>The same start with another value of an environment variable.</summary>
    public SiloStart With(string variable, string? value) => this with
    {
        Environment = new Dictionary<string, string?>(Environment) { [variable] = value },
    };
}
