using System.Reflection;
using OrleansUploads.Cluster.Abstractions.Uploads;
using OrleansUploads.Cluster.Journal;

namespace OrleansUploads.Cluster.Tests.Contract;

/// <summary>Holds the contract of the grains, and the shapes of the rows in grain storage. A line of contract.txt is never changed while a
/// version that speaks it may still run: silos and clients of two versions meet whenever a cluster is updated.</summary>
public sealed class ContractTests
{
    [Fact]
    public void The_contract_is_the_committed_one()
    {
        var committed = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Contract", "contract.txt"));
        Assert.Equal(committed, Describe());
    }

    [Fact]
    public void Every_contract_type_has_a_name_of_its_own_on_the_wire()
    {
        var types = ContractTypes.ToList();
        Assert.All(types, type => Assert.NotNull(type.GetCustomAttribute<AliasAttribute>()));
        Assert.Equal(types.Count, types.Select(type => type.GetCustomAttribute<AliasAttribute>()!.Alias).Distinct().Count());
        Assert.All(
            types.Where(type => type.IsInterface).SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Instance)),
            method => Assert.NotNull(method.GetCustomAttribute<AliasAttribute>()));
    }

    private static IEnumerable<Type> ContractTypes => typeof(IUploadGrain).Assembly.GetExportedTypes()
        .Concat(typeof(JournalHead).Assembly.GetExportedTypes())
        .Where(type => (type.IsInterface && type.IsAssignableTo(typeof(IGrainWithStringKey)))
            || type.GetCustomAttribute<GenerateSerializerAttribute>() is not null)
        .OrderBy(type => type.FullName, StringComparer.Ordinal);

    private static IEnumerable<string> Describe() => ContractTypes.SelectMany(type =>
    {
        var alias = type.GetCustomAttribute<AliasAttribute>()?.Alias;
        return type.IsEnum ? [$"{alias}: {string.Join(", ", Enum.GetNames(type).Select(name => $"{name}={Enum.Format(type, Enum.Parse(type, name), "D")}"))}"]
            : type.IsInterface ? type.GetMethods(BindingFlags.Public | BindingFlags.Instance)
                .Select(method => $"{alias}.{method.GetCustomAttribute<AliasAttribute>()?.Alias}"
                    + $"({string.Join(", ", method.GetParameters().Select(parameter => NameOf(parameter.ParameterType)))}): {NameOf(method.ReturnType)}")
                .DefaultIfEmpty($"{alias}: {string.Join(", ", type.GetInterfaces().Where(known => ContractTypes.Contains(known)).Select(NameOf))}")
            : type.GetProperties()
                .Select(property => (Property: property, Id: property.GetCustomAttribute<IdAttribute>()?.Id))
                .Where(member => member.Id is not null)
                .OrderBy(member => member.Id)
                .Select(member => $"{alias}.{member.Id}: {member.Property.Name} {NameOf(member.Property.PropertyType)}");
    });

    private static string NameOf(Type type) => !type.IsGenericType ? type.Name
        : $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", type.GetGenericArguments().Select(NameOf))}>";
}
