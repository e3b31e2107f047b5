using System.Globalization;

namespace OrleansUploads.TestKit;

/// <summary>Numbers in the environment that make a campaign longer.</summary>
public static class TestSetting
{
    /// <summary>Returns the number in a variable, or another one if it has none.</summary>
    public static int Read(string variable, int byDefault) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? value
            : byDefault;
}
