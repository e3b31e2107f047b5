namespace OrleansUploads.Cli.Checking;

/// <summary>The exit codes of the <c>check</c> command. Scripts rely on them.</summary>
internal static class CheckExitCode
{
    /// <summary>All data is as it was acknowledged.</summary>
    public const int Sound = 0;

    /// <summary>Something is damaged.</summary>
    public const int Damaged = 1;

    /// <summary>The check did not finish: the options are invalid, there is no data folder, or it was interrupted.</summary>
    public const int NotChecked = 2;
}
