using System.Globalization;
using System.Text;

namespace OrleansUploads.Simulation.Hostile;

/// <summary>The measurements, and the promises that they violate.</summary>
internal sealed class HostileReport
{
    private readonly StringBuilder _figures = new();

    /// <summary>The violated promises.</summary>
    public List<string> Violations { get; } = [];

    /// <summary>Adds a measurement.</summary>
    public void Add(FormattableString figure) => _figures.AppendLine(figure.ToString(CultureInfo.InvariantCulture));

    /// <summary>Adds a violation unless the promise was kept.</summary>
    public void Require(bool isKept, FormattableString violation)
    {
        if (!isKept)
        {
            Violations.Add(violation.ToString(CultureInfo.InvariantCulture));
        }
    }

    public override string ToString() => $"{_figures}{string.Concat(Violations.Select(violation => $"VIOLATION: {violation}\n"))}";
}
