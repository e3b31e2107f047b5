namespace OrleansUploads.Gateway.Http.Exchanges;

/// <summary>The decoded parameters of a query. A plus sign stands for itself, as in the rules of Signature Version 4.</summary>
internal sealed class QueryParameters
{
    private static readonly QueryParameters Empty = new([]);

    private readonly List<(string Name, string Value)> _parameters;

    private QueryParameters(List<(string Name, string Value)> parameters) => _parameters = parameters;

    /// <summary>Parses a query, without its question mark.</summary>
    public static QueryParameters Parse(string query)
    {
        if (query.Length == 0)
        {
            return Empty;
        }

        var parameters = new List<(string, string)>();
        foreach (var parameter in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = parameter.IndexOf('=', StringComparison.Ordinal);
            parameters.Add(equals < 0
                ? (Uri.UnescapeDataString(parameter), "")
                : (Uri.UnescapeDataString(parameter[..equals]), Uri.UnescapeDataString(parameter[(equals + 1)..])));
        }

        return new QueryParameters(parameters);
    }

    /// <summary>The decoded names of all parameters, in the order sent.</summary>
    public IEnumerable<string> Names => _parameters.Select(static parameter => parameter.Name);

    /// <summary>The first value of a parameter, or null if the query does not have it, empty if it has no value.</summary>
    public string? FirstValue(string name)
    {
        foreach (var parameter in _parameters)
        {
            if (parameter.Name == name)
            {
                return parameter.Value;
            }
        }

        return null;
    }
}
