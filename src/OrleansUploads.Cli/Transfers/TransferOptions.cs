namespace OrleansUploads.Cli.Transfers;

/// <summary>Options that uploads and downloads share, and one of them also the check.</summary>
internal static class TransferOptions
{
    private const int MaxWorkers = 64;

    /// <summary><c>--workers 4</c>.</summary>
    public static Option<int> Workers()
    {
        var option = new Option<int>("--workers", "-w")
        {
            Description = $"How many requests run at the same time, up to {MaxWorkers}.",
            HelpName = "count",
            DefaultValueFactory = _ => 4,
        };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var token]
                && (!int.TryParse(token.Value, out var count) || count is < 1 or > MaxWorkers))
            {
                result.AddError($"--workers is '{token.Value}'. It must be a number from 1 to {MaxWorkers}.");
            }
        });
        return option;
    }

    /// <summary><c>--limit 50MiB/s</c>.</summary>
    /// <param name="description">What has this rate.</param>
    public static Option<long?> Limit(
        string description = "The maximum rate of all transfers of this command together, such as 50MiB/s.")
    {
        return new("--limit")
        {
            Description = description,
            HelpName = "rate",
            CustomParser = result =>
            {
                var text = result.Tokens[0].Value;
                var size = text.EndsWith("/s", StringComparison.OrdinalIgnoreCase) ? text[..^2] : text;
                if (ByteCount.TryParse(size, out var bytes) && bytes >= RateLimit.MinBytesPerSecond)
                {
                    return bytes;
                }

                result.AddError($"--limit is '{text}'. It must be a rate of at least 1KiB/s, such as 500KiB/s or 50MiB/s.");
                return null;
            },
        };
    }
}
